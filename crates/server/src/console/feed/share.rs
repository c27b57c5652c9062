//! Sharing in a minute: paste anything, see what was understood and exactly who will read it, send, read what became of it.

use askama::Template;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use node::communities::{PreviewReport, PreviewWish};
use node::intake::{Handling, ShareRequest};
use policy::Action;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use stix::marking::{Pap, Tlp};
use stix::observable::{Kind, Observable};
use store::Transfer;
use uuid::Uuid;

use super::acts::is_theirs;
use super::understand::{Said, Understood, understand};
use crate::api::ask::{Parameters, community, member, must};
use crate::api::share::NAMES_MOST;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, base, encoded};
use crate::console::{go_to, html};
use crate::problem::Fault;
use crate::query::bad;

/// Fields of the form.
const FIELDS: [&str; 7] = ["text", "community", "tlp", "pap", "named", "withheld", "seen"];
/// Values that are warned of one by one.
const WARNED: usize = 20;
/// Items of a report that are shown one by one.
const ITEMS: usize = 200;
/// Colours, from the freest to the strictest.
const COLOURS: [&str; 5] = ["clear", "green", "amber", "amber+strict", "red"];
/// Permitted actions, in the same order.
const PERMITTED: [&str; 4] = ["clear", "green", "amber", "red"];

/// What somebody filled in.
#[derive(Clone, Default)]
struct Wish {
    text: String,
    community: String,
    tlp: String,
    pap: String,
    named: String,
    withheld: bool,
    /// The mark of what was looked at before sending.
    seen: String,
}

impl Wish {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        Self {
            text: form.text("text").to_owned(),
            community: text("community"),
            tlp: text("tlp"),
            pap: text("pap"),
            named: text("named"),
            withheld: form.is_ticked("withheld"),
            seen: text("seen"),
        }
    }

    /// A mark of everything that decides what is sent to whom. It is no secret: it keeps somebody from sending what they
    /// did not look at.
    fn mark(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.text, &self.community, &self.tlp, &self.pap, &self.named] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update([u8::from(self.withheld)]);
        hex::encode(hash.finalize())
    }

    /// The content: the text itself, or the file that the script put in as a data address.
    fn bytes(&self) -> Result<Vec<u8>, Fault> {
        let text = self.text.trim_start();
        let packed = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        match packed {
            Some((_, packed)) => STANDARD
                .decode(packed.trim())
                .map_err(|_| bad("bad-base64", "the file arrived damaged: choose it again")),
            None => Ok(self.text.clone().into_bytes()),
        }
    }

    /// The same for the intake; names that are not there and communities that are not open are told as such.
    async fn handling(&self, asked: &Asked) -> Result<Handling, Fault> {
        let given = |text: &str| !text.is_empty();
        let mut handling = Handling {
            withheld: self.withheld,
            ..Handling::default()
        };
        if given(&self.tlp) {
            let tlp = Tlp::parse(&self.tlp);
            handling.tlp =
                Some(tlp.ok_or_else(|| bad("bad-marking", "TLP is clear, green, amber, amber+strict or red"))?);
        }
        if given(&self.pap) {
            let pap = Pap::parse(&self.pap);
            handling.pap = Some(pap.ok_or_else(|| bad("bad-marking", "PAP is clear, green, amber or red"))?);
        }
        if given(&self.community) {
            let community = community(asked, &self.community).await?;
            must(asked, Action::Contribute(community))?;
            handling.communities.push(community);
        }
        let names: Vec<&str> = self
            .named
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names.len() > NAMES_MOST {
            return Err(bad("too-many-names", format!("name {NAMES_MOST} members at most")));
        }
        for name in names {
            let found = member(asked, name).await;
            let shown: String = name.chars().take(64).collect();
            handling.named.push(found.map_err(|fault| match fault.status() {
                StatusCode::NOT_FOUND => bad("no-such-member", format!("you know of no member called '{shown}'")),
                _ => fault,
            })?);
        }
        Ok(handling)
    }
}

/// What was looked at before sending.
struct Checked {
    understood: Understood,
    said: Vec<Said>,
    preview: PreviewReport,
    /// Values that warninglists know, each with the list.
    harmless: Vec<(String, String)>,
    mail_addresses: usize,
    /// Whether the text says the name that is to be withheld.
    names_us: bool,
    may_send: bool,
}

#[derive(Template)]
#[template(path = "console/feed/share.html")]
struct Page {
    shell: Shell,
    wish: Wish,
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
    Ok(html(StatusCode::OK, page.render().map_err(Fault::ours)?))
}

/// Looks at what would be sent. Nothing is shared.
pub(super) async fn check(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ContributeToNamed)?;
    let form = Form::read(&mut asked, &FIELDS).await?;
    look(&asked, Wish::of(&form), false).await
}

async fn look(asked: &Asked, wish: Wish, has_changed: bool) -> Result<Response, Fault> {
    let checked = checked(asked, &wish).await;
    let mut page = form_page(asked, wish).await?;
    let mut status = StatusCode::OK;
    match checked {
        Ok(checked) => {
            page.wish.seen = page.wish.mark();
            page.has_changed = has_changed;
            page.checked = Some(checked);
        }
        Err(fault) if is_theirs(&fault) || fault.status() == StatusCode::NOT_FOUND => {
            page.wrong = Some(fault.message().to_owned());
            status = fault.status();
        }
        Err(fault) => return Err(fault),
    }
    Ok(html(status, page.render().map_err(Fault::ours)?))
}

async fn checked(asked: &Asked, wish: &Wish) -> Result<Checked, Fault> {
    let handling = wish.handling(asked).await?;
    let preview = asked
        .node()
        .share_preview(asked.caller(), PreviewWish { handling })
        .await?;
    let bytes = wish.bytes()?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(bad(
            "nothing-to-share",
            "there is nothing in it yet: paste a text or choose a file",
        ));
    }
    let understood = understand(asked.node(), bytes).await?;
    let lists = asked.node().warninglists();
    let known = |observable: &Observable| {
        let hit = lists.hits(observable).next();
        hit.map(|hit| (observable.value.clone(), hit.list.name.clone()))
    };
    let of_mail = |one: &&Observable| one.kind == Kind::EmailAddress;
    let name = own_name(asked).await?.filter(|_| wish.withheld);
    let text = wish.text.to_lowercase();
    Ok(Checked {
        said: understood.problems.iter().map(Said::from).collect(),
        harmless: understood.values.iter().filter_map(known).take(WARNED).collect(),
        mail_addresses: understood.values.iter().filter(of_mail).count(),
        names_us: name.is_some_and(|name| text.contains(&name.to_lowercase())),
        may_send: preview.refused.is_empty() && understood.total() > 0,
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
    let form = Form::read(&mut asked, &FIELDS).await?;
    let wish = Wish::of(&form);
    if wish.seen != wish.mark() {
        return look(&asked, wish, true).await;
    }
    let shared = async {
        let request = ShareRequest {
            channel: "console".to_owned(),
            name: None,
            handling: wish.handling(&asked).await?,
            list_items: true,
        };
        let report = asked.node().share_bytes(asked.caller(), request, wish.bytes()?).await?;
        Ok::<_, Fault>(report.transfer)
    };
    match shared.await {
        Ok(transfer) => go_to(&format!("{}/share/{transfer}", base(&asked.app))),
        Err(fault) if is_theirs(&fault) || fault.status() == StatusCode::NOT_FOUND => {
            let mut page = form_page(&asked, wish).await?;
            page.wrong = Some(fault.message().to_owned());
            Ok(html(fault.status(), page.render().map_err(Fault::ours)?))
        }
        Err(fault) => Err(fault),
    }
}

/// A report as the store keeps it.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    format: String,
    #[serde(default)]
    waiting: u64,
    #[serde(default)]
    items: Vec<KeptItem>,
    #[serde(default)]
    problems: Vec<KeptProblem>,
}

#[derive(Deserialize)]
struct KeptItem {
    id: Option<String>,
    state: String,
}

#[derive(Deserialize)]
struct KeptProblem {
    severity: String,
    message: String,
    #[serde(default)]
    help: Option<String>,
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    line: Option<u64>,
}

#[derive(Template)]
#[template(path = "console/feed/shared.html")]
struct SharedPage {
    shell: Shell,
    transfer: Transfer,
    kept: Kept,
    /// Items of the report that are not shown.
    left: usize,
}

/// What became of a transfer, for the member that made it.
pub(super) async fn report(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let uuid = Uuid::try_parse(asked.param("status")).map_err(|_| Fault::not_found())?;
    let viewer = asked.node().viewer(asked.caller()).await?;
    let transfer = asked.node().store().transfer_get(&viewer, uuid).await?;
    let transfer = transfer.ok_or_else(Fault::not_found)?;
    let mut kept: Kept = serde_json::from_str(&transfer.detail).unwrap_or_default();
    kept.items.retain(|item| item.state != "refused" && item.id.is_some());
    // What holds the others together stands first.
    kept.items.sort_by_key(|item| {
        let id = item.id.as_deref().unwrap_or_default();
        !matches!(stix::id::object_type(id), "report" | "grouping" | "incident")
    });
    let left = kept.items.len().saturating_sub(ITEMS);
    kept.items.truncate(ITEMS);
    kept.problems.truncate(ITEMS);
    let page = SharedPage {
        shell: Shell::of(&asked, "share").await?,
        transfer,
        kept,
        left,
    };
    Ok(html(StatusCode::OK, page.render().map_err(Fault::ours)?))
}

/// The key of the sentence for a colour by its name.
fn tlp_key(name: &str) -> &'static str {
    super::object::tlp_key(Tlp::parse(name).unwrap_or(Tlp::Red))
}

/// The key of the sentence for permitted actions by their name.
fn pap_key(name: &str) -> &'static str {
    super::object::pap_key(Pap::parse(name).unwrap_or(Pap::Red))
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn what_was_looked_at_is_what_is_sent() {
        let wish = Wish {
            text: "a".to_owned(),
            named: "b".to_owned(),
            ..Wish::default()
        };
        let moved = Wish {
            text: "ab".to_owned(),
            ..Wish::default()
        };
        let withheld = Wish {
            withheld: true,
            ..wish.clone()
        };
        assert_eq!(wish.mark(), wish.clone().mark());
        assert_ne!(wish.mark(), moved.mark());
        assert_ne!(wish.mark(), withheld.mark());
    }

    #[test]
    fn a_file_comes_as_a_data_address() {
        let wish = |text: &str| Wish {
            text: text.to_owned(),
            ..Wish::default()
        };
        assert_eq!(wish("data:application/pdf;base64,JVBERg==").bytes().unwrap(), b"%PDF");
        assert_eq!(wish("data: plain words").bytes().unwrap(), b"data: plain words");
        assert!(wish("data:;base64,?").bytes().is_err());
    }
}
