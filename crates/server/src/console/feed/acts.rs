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
use crate::api::ask::{Parameters, community, must};
use crate::asked::Asked;
use crate::console::faults::told;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded};
use crate::console::{on, show, show_as};
use crate::problem::Fault;
use crate::query::bad;

fn back(asked: &Asked, said: &str) -> Result<Response, Fault> {
    let id = encoded(asked.param("id"));
    on(asked, &format!("/objects/{id}?said={said}"))
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
    /// The communities within which a coordinator takes back what others shared: alias and title; none of one's own item.
    within: Vec<(String, String)>,
    community: String,
    wrong: Option<String>,
}

/// The communities of an object of others that the caller coordinates.
async fn coordinated(asked: &Asked, contributions: &[store::ObjectDetail]) -> Result<Vec<(String, String)>, Fault> {
    let is_there = |id: &policy::CommunityId| {
        let mut all = contributions.iter();
        all.any(|one| one.audience.communities().contains(id)) && must(asked, Action::RecallWithin(*id)).is_ok()
    };
    let known = asked.node().communities(asked.caller()).await?;
    let known = known.into_iter().filter(|one| is_there(&one.id));
    Ok(known.map(|one| (one.alias, one.title)).collect())
}

/// The form, for who contributed the object and who coordinates a community that has it; for everybody else there is none.
async fn recall_form(asked: &Asked) -> Result<RecallPage, Fault> {
    let member = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    must(asked, Action::Retract(member))?;
    let id = asked.param("id");
    let shown = asked.node().show(asked.caller(), id, 1).await?;
    let within = match is_own(asked, &shown.contributions) {
        true => Vec::new(),
        false => match coordinated(asked, &shown.contributions).await? {
            none if none.is_empty() => return Err(Fault::not_found()),
            some => some,
        },
    };
    let title = shown.contributions.into_iter().find_map(|one| one.title);
    Ok(RecallPage {
        shell: Shell::of(asked, "feed").await?,
        id: id.to_owned(),
        name: title.unwrap_or_else(|| id.to_owned()),
        kind: "retract".to_owned(),
        tlp: "amber+strict".to_owned(),
        reason: String::new(),
        community: within.first().map(|(alias, _)| alias.clone()).unwrap_or_default(),
        within,
        wrong: None,
    })
}

/// The form.
pub(super) async fn recall_page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let page = recall_form(&asked).await?;
    show(&page)
}

/// Recalls it.
pub(super) async fn recall(mut asked: Asked) -> Result<Response, Fault> {
    let mut page = recall_form(&asked).await?;
    let form = Form::read(&mut asked, &["kind", "tlp", "reason", "community"]).await?;
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
    let within = form.text("community");
    let wish = RecallWish {
        kind,
        object: asked.param("id").to_owned(),
        // What is one's own is recalled everywhere; a coordinator reaches no further than their community.
        community: match page.within.iter().any(|(alias, _)| alias == within) {
            true => Some(community(&asked, within).await?),
            false => None,
        },
        reason: form.text("reason").to_owned(),
    };
    match asked.node().recall(asked.caller(), &wish).await.map_err(Fault::from) {
        // It may be gone from here too.
        Ok(_) => on(&asked, "/feed?said=said-recalled"),
        Err(fault) if is_theirs(&fault) => {
            page.wrong = Some(told(&asked, &fault));
            for (kept, name) in [
                (&mut page.kind, "kind"),
                (&mut page.tlp, "tlp"),
                (&mut page.reason, "reason"),
                (&mut page.community, "community"),
            ] {
                form.text(name).clone_into(kept);
            }
            show_as(fault.status(), &page)
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
