//! Whom to tell of a weakness of this node (`security.txt`, RFC 9116), and whether it is well.

use askama::Template;
use axum::response::Response;

use super::face::{Face, kept, shown};
use crate::api::ask::Parameters;
use crate::asked::Stranger;
use crate::problem::Fault;

/// `security.txt`, where the operators filled it in and it holds still.
pub(super) async fn security_txt(stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &[])?;
    let asked = &stranger.asked;
    let site = asked.node().site().await?.site;
    let base = asked.app.options().base_url.as_deref();
    let text = site.security_txt(base, asked.node().now());
    kept(
        &asked.headers,
        "text/plain; charset=utf-8",
        text.ok_or_else(Fault::not_found)?,
    )
}

#[derive(Template)]
#[template(path = "console/public/status.html")]
struct Page {
    face: Face,
}

/// Says that pages are answered and that what is shared is taken in: the store was read for it. No counts, names, versions or
/// times: they would tell more than whether it is well.
pub(super) async fn status(stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &["language"])?;
    let face = Face::of(&stranger, "status").await?;
    if !face.site.pages {
        return Err(Fault::not_found());
    }
    stranger.asked.node().store().policy_generation().await?;
    shown(&stranger.asked.headers, &Page { face })
}
