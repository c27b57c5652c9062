//! What every page has: who looks, in which language, what they may do, where links lead.

use axum::response::Response;
use http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderValue, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use node::Caller;
use policy::Role;

use super::form::Form;
use super::words::{Language, Words};
use super::{assets, guide, page_above};
use crate::app::App;
use crate::asked::{Asked, Stranger};
use crate::console::{go_to, html};
use crate::problem::Fault;

/// The cookie that remembers the language somebody chose. It says nothing else, and no page of another site gets it sent.
const LANGUAGE_COOKIE: &str = "commonwatch-language";
const YEAR_SECONDS: i64 = 365 * 86_400;

/// What every page has. A template has it as `shell`.
#[derive(Clone, Debug)]
pub struct Shell {
    /// What stands before every path, without a slash at its end; empty where the console is at the root of its host.
    pub base: String,
    /// What the node is called.
    pub node: String,
    /// The language.
    pub language: Language,
    /// Its sentences.
    pub t: Words,
    /// Who looks: the login; none before signing in.
    pub login: Option<String>,
    /// The member they act for.
    pub member: Option<String>,
    /// The page that is shown, by the last part of its path, for the navigation.
    pub here: &'static str,
    /// Where the navigation leads.
    pub links: Vec<Link>,
    /// The path and question of this page, to come back to.
    pub address: String,
}

/// An entry of the navigation.
#[derive(Clone, Debug)]
pub struct Link {
    /// The path, with a slash.
    pub path: &'static str,
    /// The key of its name.
    pub key: &'static str,
    /// Whether it is the page that is shown.
    pub is_here: bool,
}

/// Every entry of the navigation: path, key, and the least role that it is of use to.
const LINKS: &[(&str, &str, Role)] = &[
    ("/today", "nav-today", Role::Reader),
    ("/feed", "nav-feed", Role::Reader),
    ("/share", "nav-share", Role::Contributor),
    ("/hits", "nav-hits", Role::Reader),
    ("/commitments", "nav-promises", Role::Reader),
    ("/scorecard", "nav-numbers", Role::Reader),
    ("/communities", "nav-communities", Role::Reader),
    ("/members", "nav-members", Role::Reader),
    ("/proposals", "nav-proposals", Role::Coordinator),
    ("/ledger", "nav-ledger", Role::Reader),
    ("/exchange", "nav-exchange", Role::Operator),
    ("/admin", "nav-admin", Role::Operator),
    ("/account", "nav-account", Role::Reader),
];

impl Shell {
    /// For a page that somebody signed in for.
    pub async fn of(asked: &Asked, here: &'static str) -> Result<Self, Fault> {
        let caller = asked.caller();
        let mut shell = Self::plain(&asked.app, &asked.headers, here);
        shell.login = Some(caller.name.clone());
        if let Some(member) = caller.principal.member {
            let found = asked.node().store().member_get(store::MemberKey::Id(member)).await?;
            shell.member = found.map(|member| member.name);
        }
        shell.links = links(caller, here);
        shell.address = asked.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        Ok(shell)
    }

    /// For a page that anybody may see.
    pub fn plain(app: &App, headers: &HeaderMap, here: &'static str) -> Self {
        let language = language(headers);
        Self {
            base: base(app),
            node: app.node().chosen().title.clone(),
            language,
            t: Words(language),
            login: None,
            member: None,
            here,
            links: Vec::new(),
            address: String::new(),
        }
    }

    /// The address of something that pages load.
    pub fn asset(&self, stem: &str, end: &str) -> String {
        format!("{}/static/{}", self.base, assets::named(stem, end))
    }

    /// Where the guide says what this page is for, for who is signed in.
    pub fn about(&self) -> Option<String> {
        self.login.as_ref()?;
        guide::about(self.here).map(|path| self.to(&path))
    }

    /// Every language, to choose from.
    pub fn languages(&self) -> [Language; 5] {
        Language::ALL
    }

    /// An address of this node.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// The path under which the console is, of its address from outside.
pub(crate) fn base(app: &App) -> String {
    let url = app.options().base_url.as_deref().unwrap_or_default();
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    path.trim_end_matches('/').to_owned()
}

fn links(caller: &Caller, here: &'static str) -> Vec<Link> {
    let open = LINKS.iter().copied().filter(|(_, _, role)| caller.principal.has(*role));
    let link = |(path, key, _): (&'static str, &'static str, Role)| Link {
        path,
        key,
        is_here: path.strip_prefix('/') == Some(here),
    };
    open.map(link).collect()
}

fn language(headers: &HeaderMap) -> Language {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let chosen = pairs.find(|(name, _)| *name == LANGUAGE_COOKIE);
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen
        .and_then(|(_, tag)| Language::parse(tag))
        .or_else(|| accepted.and_then(Language::accepted))
        .unwrap_or(Language::English)
}

/// The sentences in the language of a request.
pub(crate) fn words(headers: &HeaderMap) -> Words {
    Words(language(headers))
}

/// A path of this console to go back to; anything else is the start page. No other host can be named so.
pub(crate) fn way_back(text: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let is_own = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(is_plain) && text.len() < 2_000;
    if is_own { text } else { "/today" }
}

/// Remembers the language somebody chose.
pub(crate) async fn choose_language(stranger: Stranger) -> Result<Response, Fault> {
    let mut asked = stranger.asked;
    let form = Form::read(&mut asked, &["language", "back"]).await?;
    let language = Language::parse(form.text("language")).unwrap_or(Language::English);
    let mut response = go_to(&format!("{}{}", base(&asked.app), way_back(form.text("back"))))?;
    let cookie = format!(
        "{LANGUAGE_COOKIE}={}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax",
        language.tag()
    );
    let value = HeaderValue::from_str(&cookie).map_err(Fault::ours)?;
    response.headers_mut().append(SET_COOKIE, value);
    Ok(response)
}

#[derive(askama::Template)]
#[template(path = "console/fault.html")]
struct FaultPage<'f> {
    shell: Shell,
    status: u16,
    message: String,
    request_id: &'f str,
}

/// What was asked for when something went wrong.
pub(crate) struct Address {
    /// Path and question.
    pub path_and_query: String,
    /// Whether it is a page, which can be asked for again; else a change.
    pub is_page: bool,
}

/// A fault as a page. Whoever is not signed in is sent to do so, whoever has to show first that it is them, to do that,
/// and whose identity provider has to say again who they are, there, where nobody asks them anything. All come back: to the page; after a change only those who are signed in, to the page that it was made on.
pub(crate) fn fault(app: &App, headers: &HeaderMap, address: &Address, fault: &Fault, request_id: &str) -> Response {
    let page = Some(address.path_and_query.as_str()).filter(|_| address.is_page);
    let path = address.path_and_query.split('?').next().unwrap_or_default();
    let shown = || page.map_or_else(|| page_above(path), str::to_owned);
    if let Some(provider) = fault.provider()
        && let Ok(response) = go_to(&format!(
            "{}/sign-in/provider/{}?back={}",
            base(app),
            part(provider),
            encoded(&shown())
        ))
    {
        return response;
    }
    if fault.status() == StatusCode::UNAUTHORIZED
        && let Ok(response) = go_to(&format!(
            "{}/sign-in?back={}",
            base(app),
            encoded(page.unwrap_or_default())
        ))
    {
        return response;
    }
    if fault.code() == "step-up-needed"
        && let Ok(response) = go_to(&format!("{}/step-up?back={}", base(app), encoded(&shown())))
    {
        return response;
    }
    let is_ours = fault.status().is_server_error();
    let page = FaultPage {
        shell: Shell::plain(app, headers, "fault"),
        status: fault.status().as_u16(),
        message: words(headers).fault(fault),
        request_id: if is_ours { request_id } else { "" },
    };
    let text = askama::Template::render(&page).unwrap_or_else(|_| fault.message().to_owned());
    html(fault.status(), text)
}

/// Percent-encodes a value of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A name as a part of a path.
pub(crate) fn part(name: &str) -> String {
    encoded(name).replace('/', "%2F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_never_to_another_host() {
        for odd in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/a\nb",
            "javascript:x",
        ] {
            assert_eq!(way_back(odd), "/today", "{odd:?}");
        }
        assert_eq!(way_back("/objects/indicator--x?tab=1"), "/objects/indicator--x?tab=1");
    }

    #[test]
    fn a_value_of_a_query_is_encoded() {
        assert_eq!(encoded("/feed?q=a b&c=ü"), "/feed%3Fq%3Da%20b%26c%3D%C3%BC");
    }
}
