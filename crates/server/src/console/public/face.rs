//! What every public page has: the language, where links lead; and for how long others may keep it.

use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, StatusCode};
use node::site::Site;
use sha2::{Digest as _, Sha256};

use crate::asked::Stranger;
use crate::console::assets;
use crate::console::html;
use crate::console::shell::{base, encoded};
use crate::console::words::{Language, Words};
use crate::problem::Fault;
use crate::query::{Plus, pairs};

/// Everything from this host, no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// For how long a page may be kept by others: so long may a recall take to reach who reads through them.
const KEPT: &str = "public, max-age=60, must-revalidate";

/// What every public page has. A template has it as `face`.
pub(super) struct Face {
    /// What stands before every path.
    base: String,
    /// What the node is called.
    pub node: String,
    /// The language.
    pub language: Language,
    /// Its sentences.
    pub t: Words,
    /// Whether it was chosen on a page; then links keep it.
    chosen: bool,
    /// What is public.
    pub site: Site,
    /// The page that is shown, as the navigation knows it.
    pub here: &'static str,
    /// The path of this page.
    path: String,
}

impl Face {
    /// For a page; cookies are not looked at.
    pub async fn of(stranger: &Stranger, here: &'static str) -> Result<Self, Fault> {
        let asked = &stranger.asked;
        let pairs = pairs(asked.query().unwrap_or_default(), Plus::Space)?;
        let chosen = pairs.iter().find(|(name, _)| name == "language");
        let chosen = chosen.and_then(|(_, tag)| Language::parse(tag));
        let language = chosen.or_else(|| accepted(&asked.headers)).unwrap_or(Language::English);
        Ok(Self {
            base: base(&asked.app),
            node: asked.node().chosen().title.clone(),
            language,
            t: Words(language),
            chosen: chosen.is_some(),
            site: asked.node().site().await?.site,
            here,
            path: asked.uri.path().to_owned(),
        })
    }

    /// A path with its question, in the language that was chosen.
    pub fn kept_language(&self, path: &str) -> String {
        match (self.chosen, path.contains('?')) {
            (false, _) => path.to_owned(),
            (true, false) => format!("{path}?language={}", self.language.tag()),
            (true, true) => format!("{path}&language={}", self.language.tag()),
        }
    }

    /// An address of this node, in the language that was chosen.
    pub fn to(&self, path: &str) -> String {
        format!("{}{}", self.base, self.kept_language(path))
    }

    /// An address that has no language.
    pub fn plain(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The list of a sector.
    pub fn of_sector(&self, sector: &str) -> String {
        self.to(&format!("/advice?sector={}", encoded(sector)))
    }

    /// This page in another language.
    pub fn in_language(&self, language: &Language) -> String {
        format!("{}{}?language={}", self.base, self.path, language.tag())
    }

    /// Every language.
    pub fn languages(&self) -> [Language; 5] {
        Language::ALL
    }

    /// The address of something that pages load.
    pub fn asset(&self, stem: &str, end: &str) -> String {
        format!("{}/static/{}", self.base, assets::named(stem, end))
    }
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.and_then(Language::accepted)
}

/// A page that nobody else keeps: it is one reader's.
pub(super) fn own(status: StatusCode, page: &impl askama::Template) -> Result<Response, Fault> {
    let mut response = html(status, page.render().map_err(Fault::ours)?);
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Something that is the same for everybody, which others may keep for a while; not sent again to who has it.
pub(super) fn kept(headers: &HeaderMap, media_type: &'static str, text: String) -> Result<Response, Fault> {
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    // Weak: what is compressed on the way has other bytes.
    let tag = format!("W/\"{}\"", digest.get(..32).unwrap_or_default());
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag || one.trim() == "*"));
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => (StatusCode::OK, text).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT));
    headers.insert(VARY, HeaderValue::from_static("accept-language"));
    headers.insert(ETAG, HeaderValue::from_str(&tag).map_err(Fault::ours)?);
    Ok(response)
}

/// A page that others may keep.
pub(super) fn shown(headers: &HeaderMap, page: &impl askama::Template) -> Result<Response, Fault> {
    kept(headers, "text/html; charset=utf-8", page.render().map_err(Fault::ours)?)
}
