//! Sharing in a minute: paste or drop anything, see what was understood and exactly who will read it, correct it, send, read
//! what became of it.
//!
//! | file | job |
//! |---|---|
//! | `wish` | what somebody filled in, and the mark of what they looked at |
//! | `items` | what was understood, line by line: left out, corrected, marked more strictly |
//! | `report` | what became of it |
//!
//! Nothing is kept between looking and sending: the page carries the content, and the mark says whether it is still the same.

mod items;
mod report;
mod wish;

use askama::Template;
use axum::response::Response;
use formats::edit::{AboutKind, Role};
use http::StatusCode;
use node::communities::{PreviewReport, PreviewWish};
use node::intake::ShareRequest;
use policy::Action;
use stix::marking::{Pap, Tlp};
use stix::observable::{Kind, Observable};

use self::items::Line;
pub(super) use self::report::report;
use self::wish::{FIELDS, FILE_MOST, Wish};
use super::acts::is_theirs;
use super::understand::{Said, Understood, understand};
use crate::api::ask::{Parameters, must};
use crate::asked::Asked;
use crate::console::faults::told;
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::{on, show, show_as};
use crate::problem::Fault;

/// Values that are warned of one by one.
const WARNED: usize = 20;
/// The warninglist of addresses that mean something else in every network.
const PRIVATE: &str = "private-addresses";
/// Colours, from the freest to the strictest.
const COLOURS: [&str; 5] = ["clear", "green", "amber", "amber+strict", "red"];
/// Permitted actions, in the same order.
const PERMITTED: [&str; 4] = ["clear", "green", "amber", "red"];

/// What was looked at before sending.
struct Checked {
    understood: Understood,
    lines: Vec<Line>,
    lines_left: usize,
    said: Vec<Said>,
    preview: PreviewReport,
    /// Addresses that mean something else in every network.
    private: Vec<String>,
    /// Other values that warninglists know, each with the list.
    harmless: Vec<(String, String)>,
    mail_addresses: usize,
    /// Names of accounts and telephone numbers: somebody's.
    personal: Vec<String>,
    may_send: bool,
}

#[derive(Template)]
#[template(path = "console/feed/share.html")]
struct Page {
    shell: Shell,
    wish: Wish,
    /// The file as the page carries it: name, content, size.
    kept: Option<(String, String, usize)>,
    /// How large a file may be.
    mebibytes: usize,
    communities: Vec<(String, String)>,
    wrong: Option<String>,
    has_changed: bool,
    checked: Option<Checked>,
}

async fn form_page(asked: &Asked, wish: Wish) -> Result<Page, Fault> {
    let open = &asked.caller().principal.contributes_to;
    let known = asked.node().communities(asked.caller()).await?;
    let known = known.into_iter().filter(|one| open.contains(&one.id));
    let mut shell = Shell::of(asked, "share").await?;
    // The language is chosen at the empty form: what is sent by POST has no address to come back to.
    shell.address = "/share".to_owned();
    Ok(Page {
        shell,
        kept: wish.kept(),
        mebibytes: FILE_MOST >> 20,
        wish,
        communities: known.map(|one| (one.alias, one.title)).collect(),
        wrong: None,
        has_changed: false,
        checked: None,
    })
}

/// The empty form.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    must(&asked, Action::ContributeToNamed)?;
    let mut page = form_page(&asked, Wish::default()).await?;
    // Mostly it is for the one community that the member is in.
    page.wish.community = page
        .communities
        .first()
        .map(|(alias, _)| alias.clone())
        .unwrap_or_default();
    show(&page)
}

/// Looks at what would be sent. Nothing is shared.
pub(super) async fn check(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ContributeToNamed)?;
    let form = Form::read_with_file(&mut asked, &FIELDS, "file").await?;
    look(&asked, Wish::of(&form)?, false).await
}

async fn look(asked: &Asked, wish: Wish, has_changed: bool) -> Result<Response, Fault> {
    let checked = checked(asked, &wish).await;
    let mut page = form_page(asked, wish).await?;
    let mut status = StatusCode::OK;
    match checked {
        Ok(checked) => {
            page.has_changed = has_changed;
            page.wrong = page.wish.wrong.as_ref().map(|fault| told(asked, fault));
            match &page.wrong {
                Some(_) => status = StatusCode::UNPROCESSABLE_ENTITY,
                None => page.wish.seen = page.wish.mark(),
            }
            page.checked = Some(checked);
        }
        Err(fault) if is_theirs(&fault) || fault.status() == StatusCode::NOT_FOUND => {
            page.wrong = Some(told(asked, &fault));
            status = fault.status();
        }
        Err(fault) => return Err(fault),
    }
    show_as(status, &page)
}

async fn checked(asked: &Asked, wish: &Wish) -> Result<Checked, Fault> {
    let handling = wish.handling(asked).await?;
    let (node, caller) = (asked.node(), asked.caller());
    let preview = node.share_preview(caller, PreviewWish { handling }).await?;
    let bytes = wish.bytes()?;
    let options = node.share_options(caller, wish.withheld).await?;
    let understood = understand(options, bytes, wish.edits(asked).await?, own_name(asked).await?).await?;
    let lists = node.warninglists();
    let (mut private, mut harmless) = (Vec::new(), Vec::new());
    for observable in &understood.values {
        let mut hits = lists.hits(observable).map(|hit| hit.list.name.clone());
        match hits.next() {
            Some(list) if list == PRIVATE || hits.any(|other| other == PRIVATE) => {
                private.push(observable.value.clone());
            }
            Some(list) => harmless.push((observable.value.clone(), list)),
            None => {}
        }
    }
    private.truncate(WARNED);
    harmless.truncate(WARNED);
    let of_mail = |one: &&Observable| one.kind == Kind::EmailAddress;
    let of_somebody = |one: &&Observable| matches!(one.kind, Kind::UserAccount | Kind::PhoneNumber);
    let (lines, lines_left) = items::lines(&understood.items, &wish.edits.items);
    Ok(Checked {
        said: understood.problems.iter().map(Said::from).collect(),
        mail_addresses: understood.values.iter().filter(of_mail).count(),
        personal: understood
            .values
            .iter()
            .filter(of_somebody)
            .map(|one| one.value.clone())
            .take(WARNED)
            .collect(),
        may_send: preview.refused.is_empty() && understood.total() > 0 && wish.wrong.is_none(),
        lines,
        lines_left,
        private,
        harmless,
        preview,
        understood,
    })
}

async fn own_name(asked: &Asked) -> Result<Option<String>, Fault> {
    let Some(member) = asked.caller().principal.member else {
        return Ok(None);
    };
    let found = asked.node().store().member_get(store::MemberKey::Id(member)).await?;
    Ok(found.map(|member| member.name))
}

/// Shares what was looked at.
pub(super) async fn send(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ContributeToNamed)?;
    let form = Form::read_with_file(&mut asked, &FIELDS, "file").await?;
    let wish = Wish::of(&form)?;
    if wish.seen != wish.mark() || wish.wrong.is_some() {
        let has_changed = wish.wrong.is_none();
        return look(&asked, wish, has_changed).await;
    }
    let shared = async {
        let request = ShareRequest {
            channel: "console".to_owned(),
            name: None,
            handling: wish.handling(&asked).await?,
            list_items: true,
        };
        let edits = wish.edits(&asked).await?;
        let shared = asked.node().share_edited(asked.caller(), request, wish.bytes()?, edits);
        Ok::<_, Fault>(shared.await?.transfer)
    };
    match shared.await {
        Ok(transfer) => on(&asked, &format!("/share/{transfer}")),
        Err(fault) if is_theirs(&fault) || fault.status() == StatusCode::NOT_FOUND => {
            let mut page = form_page(&asked, wish).await?;
            page.wrong = Some(told(&asked, &fault));
            show_as(fault.status(), &page)
        }
        Err(fault) => Err(fault),
    }
}

/// The key of the sentence for a colour by its name.
fn tlp_key(name: &str) -> &'static str {
    super::object::tlp_key(Tlp::parse(name).unwrap_or(Tlp::Red))
}

/// The key of the sentence for permitted actions by their name.
fn pap_key(name: &str) -> &'static str {
    super::object::pap_key(Pap::parse(name).unwrap_or(Pap::Red))
}

/// The key of the sentence for what indicators may be signs of.
const fn about_key(kind: &AboutKind) -> &'static str {
    match kind {
        AboutKind::Malware => "about-malware",
        AboutKind::Campaign => "about-campaign",
        AboutKind::IntrusionSet => "about-group",
    }
}
