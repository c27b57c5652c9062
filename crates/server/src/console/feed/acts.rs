//! What somebody does about an object: takes note, acts, calls it a false positive, recalls it.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::recall::{RecallWish, RecallWishKind};
use node::sightings::FeedbackWish;
use policy::Action;
use stix::marking::{Pap, Tlp};
use store::{FeedbackKind, ItemStep};

use super::object::{again, is_own};
use crate::api::ask::{Parameters, must};
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, base, encoded};
use crate::console::{go_to, html};
use crate::problem::Fault;
use crate::query::bad;

fn back(asked: &Asked, said: &str) -> Result<Response, Fault> {
    let id = encoded(asked.param("id"));
    go_to(&format!("{}/objects/{id}?said={said}", base(&asked.app)))
}

/// Whether what was sent can be mended by who sent it.
pub(super) fn is_theirs(fault: &Fault) -> bool {
    let is_theirs = matches!(
        fault.status(),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT | StatusCode::FORBIDDEN
    );
    is_theirs && fault.code() != "step-up-needed"
}

/// Says that the member took note of it, or acted on it.
pub(super) async fn say(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Acknowledge)?;
    let form = Form::read(&mut asked, &["what", "note"]).await?;
    let step = ItemStep::parse(form.text("what")).filter(|step| *step != ItemStep::Opened);
    let step = step.ok_or_else(|| bad("bad-receipt", "'what' must be acknowledged or acted"))?;
    let said = asked
        .node()
        .item_say(asked.caller(), asked.param("id"), step, form.maybe("note"));
    match said.await.map_err(Fault::from) {
        Ok(false) => back(&asked, "said-before"),
        Ok(true) if step == ItemStep::Acted => back(&asked, "said-acted"),
        Ok(true) => back(&asked, "said-acknowledged"),
        Err(fault) if is_theirs(&fault) => again(&asked, &fault, form.text("note")).await,
        Err(fault) => Err(fault),
    }
}

/// Calls an indicator a false positive, or says that it is over.
pub(super) async fn feedback(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::JudgeSightings)?;
    let form = Form::read(&mut asked, &["kind", "comment", "withheld"]).await?;
    let kind = FeedbackKind::parse(form.text("kind"));
    let wish = FeedbackWish {
        kind: kind.ok_or_else(|| bad("bad-kind", "'kind' must be false-positive or expired"))?,
        comment: form.maybe("comment").map(str::to_owned),
        withheld: form.is_ticked("withheld"),
    };
    let given = asked.node().feedback_give(asked.caller(), asked.param("id"), &wish);
    match given.await.map_err(Fault::from) {
        Ok(_) => back(&asked, "said-feedback"),
        Err(fault) if is_theirs(&fault) => again(&asked, &fault, form.text("comment")).await,
        Err(fault) => Err(fault),
    }
}

#[derive(Template)]
#[template(path = "console/feed/recall.html")]
struct RecallPage {
    shell: Shell,
    id: String,
    name: String,
    kind: String,
    tlp: String,
    reason: String,
    wrong: Option<String>,
}

/// The form, for who contributed the object; for everybody else there is none.
async fn recall_form(asked: &Asked) -> Result<RecallPage, Fault> {
    let member = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    must(asked, Action::Retract(member))?;
    let id = asked.param("id");
    let shown = asked.node().show(asked.caller(), id, 1).await?;
    if !is_own(asked, &shown.contributions) {
        return Err(Fault::not_found());
    }
    let title = shown.contributions.into_iter().find_map(|one| one.title);
    Ok(RecallPage {
        shell: Shell::of(asked, "feed").await?,
        id: id.to_owned(),
        name: title.unwrap_or_else(|| id.to_owned()),
        kind: "retract".to_owned(),
        tlp: "amber+strict".to_owned(),
        reason: String::new(),
        wrong: None,
    })
}

/// The form.
pub(super) async fn recall_page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let page = recall_form(&asked).await?;
    Ok(html(StatusCode::OK, page.render().map_err(Fault::ours)?))
}

/// Recalls it.
pub(super) async fn recall(mut asked: Asked) -> Result<Response, Fault> {
    let mut page = recall_form(&asked).await?;
    let form = Form::read(&mut asked, &["kind", "tlp", "reason"]).await?;
    let kind = match form.text("kind") {
        "retract" => RecallWishKind::Retract,
        "correct" => RecallWishKind::Correct,
        "narrow" => {
            let tlp = Tlp::parse(form.text("tlp"));
            let tlp =
                tlp.ok_or_else(|| bad("bad-marking", "'tlp' must be clear, green, amber, amber+strict or red"))?;
            RecallWishKind::Narrow(tlp, Pap::Clear)
        }
        _ => return Err(bad("bad-recall", "'kind' must be retract, correct or narrow")),
    };
    let wish = RecallWish {
        kind,
        object: asked.param("id").to_owned(),
        community: None,
        reason: form.text("reason").to_owned(),
    };
    match asked.node().recall(asked.caller(), &wish).await.map_err(Fault::from) {
        // It may be gone from here too.
        Ok(_) => go_to(&format!("{}/feed?said=said-recalled", base(&asked.app))),
        Err(fault) if is_theirs(&fault) => {
            page.wrong = Some(fault.message().to_owned());
            for (kept, name) in [
                (&mut page.kind, "kind"),
                (&mut page.tlp, "tlp"),
                (&mut page.reason, "reason"),
            ] {
                form.text(name).clone_into(kept);
            }
            Ok(html(fault.status(), page.render().map_err(Fault::ours)?))
        }
        Err(fault) => Err(fault),
    }
}

/// The key of the sentence for a kind of recall.
fn recall_key(kind: &str) -> &'static str {
    match kind {
        "correct" => "recall-correct",
        "narrow" => "recall-narrow",
        _ => "recall-retract",
    }
}
