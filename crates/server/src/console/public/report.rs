//! Reporting an incident or a weakness without an account, and what the secret link of a report leads to.

use askama::Template;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use node::tips::{FILE_MOST, FILES_MOST, LINE_MOST, TEXT_MOST, TipFollowed, TipWish};
use store::TipState;

use super::face::{Face, own};
use crate::api::ask::Parameters;
use crate::asked::Stranger;
use crate::console::form::Form;
use crate::console::go_to;
use crate::problem::Fault;
use crate::query::bad;

/// Bytes of the form: its fields, files that were chosen, and as many that the page carries, which are longer as text.
const FORM_MOST: usize = (128 << 10) + FILES_MOST * FILE_MOST * 5 / 2;
/// Fields of the form. `website` is for programs that fill in everything: people do not see it.
const FIELDS: [&str; 8] = [
    "mark", "kind", "subject", "details", "about", "contact", "kept", "website",
];

#[derive(Template)]
#[template(path = "console/public/report.html")]
struct Page {
    face: Face,
    mark: String,
    wish: TipWish,
    /// The files that were chosen before.
    kept: Vec<Kept>,
    /// Whether some that were chosen are not among them.
    is_short: bool,
    wrong: Option<String>,
}

/// A file as the page carries it when the form is shown again, so that it need not be chosen again: it is nowhere else, and
/// only who chose it gets it back. Leaving out its tick leaves it out.
struct Kept {
    name: String,
    size: usize,
    /// Name and content, as [`Kept::read`] reads them.
    value: String,
}

impl Kept {
    /// Of a file that may be sent.
    fn of((name, content): &(String, Vec<u8>)) -> Self {
        Self {
            name: name.clone(),
            size: content.len(),
            value: format!("{}.{}", STANDARD.encode(name), STANDARD.encode(content)),
        }
    }

    fn read(value: &str) -> Option<(String, Vec<u8>)> {
        let (name, content) = value.split_once('.')?;
        let name = String::from_utf8(STANDARD.decode(name).ok()?).ok()?;
        Some((name, STANDARD.decode(content).ok()?))
    }
}

#[derive(Template)]
#[template(path = "console/public/followed.html")]
struct FollowPage {
    face: Face,
    followed: TipFollowed,
    /// The address of this page, to keep.
    address: String,
    secret: String,
    typed: String,
    wrong: Option<String>,
}

/// The form.
pub(super) async fn page(stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &["language"])?;
    let page = Page {
        mark: stranger.asked.node().tip_form().await?,
        face: Face::of(&stranger, "report").await?,
        wish: TipWish::default(),
        kept: Vec::new(),
        is_short: false,
        wrong: None,
    };
    own(StatusCode::OK, &page)
}

/// Whether who sent it can do something about it.
fn is_theirs(fault: &Fault) -> bool {
    matches!(
        fault.status(),
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
    )
}

fn wish(form: &Form) -> Result<TipWish, Fault> {
    let unreadable = || {
        bad(
            "bad-form",
            "the form is not whole: load the page again, and choose the files again",
        )
    };
    let kept = form.all("kept").map(|value| Kept::read(value).ok_or_else(unreadable));
    let mut files = kept.collect::<Result<Vec<_>, _>>()?;
    files.extend(
        form.files()
            .iter()
            .map(|file| (file.name.clone(), file.content.to_vec())),
    );
    Ok(TipWish {
        is_weakness: form.text("kind") == "weakness",
        subject: form.text("subject").to_owned(),
        details: form.text("details").to_owned(),
        about: form.text("about").to_owned(),
        contact: form.text("contact").to_owned(),
        files,
    })
}

/// Takes a report, and sends who made it to its page.
pub(super) async fn leave(mut stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &["language"])?;
    // Where reports are off there is nothing here, whatever is sent.
    let fresh = stranger.asked.node().tip_form().await?;
    let form = Form::read_with_files(&mut stranger.asked, &FIELDS, "files", FORM_MOST).await?;
    let face = Face::of(&stranger, "report").await?;
    let wish = wish(&form)?;
    let fault = if form.text("website").is_empty() {
        let left = stranger.asked.node().tip_leave(stranger.from, form.text("mark"), &wish);
        match left.await {
            Ok(made) => return go_to(&face.to(&format!("/report/{}", made.secret))),
            Err(error) => Fault::from(error),
        }
    } else {
        bad("trap", face.t.say("report-trap"))
    };
    if !is_theirs(&fault) {
        return Err(fault);
    }
    let status = match fault.code() {
        "too-many-reports" => StatusCode::TOO_MANY_REQUESTS,
        _ => fault.status(),
    };
    let small = wish.files.iter().filter(|(_, content)| content.len() <= FILE_MOST);
    let kept: Vec<Kept> = small.take(FILES_MOST).map(Kept::of).collect();
    let page = Page {
        face,
        is_short: kept.len() < wish.files.len(),
        kept,
        mark: match fault.code() {
            "form-too-old" => fresh,
            _ => form.text("mark").to_owned(),
        },
        wrong: Some(fault.message().to_owned()),
        wish,
    };
    own(status, &page)
}

async fn followed(stranger: &Stranger, typed: &str, wrong: Option<String>) -> Result<FollowPage, Fault> {
    let secret = stranger.asked.param("ticket");
    let followed = stranger.asked.node().tip_follow(secret, stranger.from).await?;
    Ok(FollowPage {
        face: Face::of(stranger, "report").await?,
        followed,
        address: stranger.asked.app.address(&format!("/report/{secret}")),
        secret: secret.to_owned(),
        typed: typed.to_owned(),
        wrong,
    })
}

/// What became of a report.
pub(super) async fn follow(stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &["language"])?;
    own(StatusCode::OK, &followed(&stranger, "", None).await?)
}

/// Says something more.
pub(super) async fn reply(mut stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &["language"])?;
    let secret = stranger.asked.param("ticket").to_owned();
    // A wrong link answers alike whatever is sent.
    stranger.asked.node().tip_follow(&secret, stranger.from).await?;
    let form = Form::read(&mut stranger.asked, &["text"]).await?;
    let text = form.text("text");
    match stranger.asked.node().tip_reply(&secret, stranger.from, text).await {
        Ok(()) => go_to(&Face::of(&stranger, "report").await?.to(&format!("/report/{secret}"))),
        Err(error) => {
            let fault = Fault::from(error);
            if !is_theirs(&fault) {
                return Err(fault);
            }
            let page = followed(&stranger, text, Some(fault.message().to_owned())).await?;
            own(fault.status(), &page)
        }
    }
}

/// The key of the sentence for whose turn it is, for the reporter.
fn state_key(state: &TipState) -> &'static str {
    match state {
        TipState::Waiting => "report-state-waiting",
        TipState::Answered => "report-state-answered",
        TipState::Closed => "report-state-closed",
    }
}

/// Where the form of a report's page leads.
fn reply_to(face: &Face, secret: &str) -> String {
    face.to(&format!("/report/{secret}"))
}
