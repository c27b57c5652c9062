//! Style, script, icon: compiled in, served under names that change with their content, so that browsers keep them.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::asked::Stranger;
use crate::problem::Fault;

/// Something that pages load.
struct Asset {
    name: String,
    media_type: &'static str,
    content: &'static [u8],
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let sources: [(&str, &str, &'static str, &'static [u8]); 4] = [
        (
            "console",
            "css",
            "text/css; charset=utf-8",
            include_bytes!("../../static/console.css"),
        ),
        (
            "console",
            "js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../static/console.js"),
        ),
        (
            "htmx",
            "js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../static/htmx.min.js"),
        ),
        ("mark", "svg", "image/svg+xml", include_bytes!("../../static/mark.svg")),
    ];
    let asset = |(stem, end, media_type, content): (&str, &str, &'static str, &'static [u8])| {
        let digest = hex::encode(Sha256::digest(content));
        let name = format!("{stem}-{}.{end}", digest.get(..12).unwrap_or_default());
        Asset {
            name,
            media_type,
            content,
        }
    };
    sources.map(asset).into_iter().collect()
});

/// The name under which something is served: `stem` and `end` as in `console` and `css`.
pub(crate) fn named(stem: &str, end: &str) -> &'static str {
    let found = ASSETS.iter().find(|asset| {
        let rest = asset.name.strip_prefix(stem).and_then(|rest| rest.strip_suffix(end));
        rest.is_some_and(|rest| rest.starts_with('-'))
    });
    found.map_or("", |asset| asset.name.as_str())
}

/// One of them.
pub(crate) async fn file(stranger: Stranger) -> Result<Response, Fault> {
    let name = stranger.asked.param("file");
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or_else(Fault::not_found)?;
    let mut response = (StatusCode::OK, asset.content).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, kept);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_asset_has_a_name_with_its_digest() {
        for (stem, end) in [
            ("console", ".css"),
            ("console", ".js"),
            ("htmx", ".js"),
            ("mark", ".svg"),
        ] {
            assert!(named(stem, end).len() > stem.len() + 12, "{stem}{end}");
        }
        assert_ne!(named("console", ".css"), named("console", ".js"));
        assert_eq!(named("nothing", ".js"), "");
    }
}
