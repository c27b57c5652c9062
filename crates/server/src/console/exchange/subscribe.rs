//! A subscription to be made: what would come is fetched, counted and shown; then it is kept, or not.

use askama::Template;
use axum::response::Response;
use node::subscriptions::{Preview, SubscriptionWish};
use stix::marking::{Pap, Tlp};
use store::SubscriptionKind;

use super::there::{EVERY, There, answer};
use super::{mistake, wrong};
use crate::api::ask::{Parameters, community};
use crate::api::exchange::SIZE_LIMIT;
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::on;
use crate::console::shell::Shell;
use crate::problem::Fault;
use crate::query::bad;

/// Fields of the form.
const FIELDS: [&str; 10] = [
    "name",
    "kind",
    "url",
    "login",
    "secret",
    "collection",
    "community",
    "tlp",
    "every",
    "settings",
];
/// Colours for what has none; RED names its readers, and a subscription shares with a community.
const COLOURS: [&str; 4] = ["clear", "green", "amber", "amber+strict"];

/// What was typed.
#[derive(Clone, Default)]
struct Typed {
    there: There,
    kind: String,
    community: String,
    tlp: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        Self {
            there: There::of(form),
            kind: text("kind"),
            community: text("community"),
            tlp: text("tlp"),
        }
    }

    async fn wish(&self, asked: &Asked) -> Result<SubscriptionWish, Fault> {
        let kind = SubscriptionKind::parse(&self.kind).ok_or_else(|| bad("bad-kind", "choose what it is"))?;
        let is_misp = matches!(kind, SubscriptionKind::MispFeed | SubscriptionKind::MispServer);
        let tlp = Tlp::parse(&self.tlp).filter(|tlp| *tlp != Tlp::Red);
        Ok(SubscriptionWish {
            name: self.there.name.clone(),
            kind,
            url: self.there.url.clone(),
            settings: self.there.settings(is_misp)?,
            member: asked.caller().principal.member.ok_or_else(Fault::not_found)?,
            community: community(asked, &self.community).await?,
            tlp: tlp.ok_or_else(|| bad("bad-tlp", "a colour is clear, green, amber or amber+strict"))?,
            pap: Pap::Clear,
            interval_seconds: self.there.every,
            size_limit: SIZE_LIMIT,
            enabled: true,
        })
    }
}

#[derive(Template)]
#[template(path = "console/exchange/subscribe.html")]
struct Page {
    shell: Shell,
    typed: Typed,
    communities: Vec<(String, String)>,
    preview: Option<Preview>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked, typed: Typed) -> Result<Self, Fault> {
        let mut shell = Shell::of(asked, "exchange").await?;
        "/exchange/subscribe".clone_into(&mut shell.address);
        let open = &asked.caller().principal.contributes_to;
        let known = asked.node().communities(asked.caller()).await?;
        let known = known.into_iter().filter(|one| open.contains(&one.id));
        Ok(Self {
            shell,
            typed,
            communities: known.map(|one| (one.alias, one.title)).collect(),
            preview: None,
            wrong: None,
        })
    }

    fn answer(&self) -> Result<Response, Fault> {
        answer(self, self.wrong.is_some())
    }
}

/// The empty form.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    administer(&asked)?;
    let typed = Typed {
        tlp: "green".to_owned(),
        ..Typed::default()
    };
    Page::of(&asked, typed).await?.answer()
}

/// Fetches the first part and shows what it holds. Nothing is kept.
pub(super) async fn look(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let typed = Typed::of(&Form::read(&mut asked, &FIELDS).await?);
    let mut page = Page::of(&asked, typed.clone()).await?;
    match typed.wish(&asked).await {
        Err(fault) => page.wrong = Some(wrong(&asked, fault)?),
        Ok(wish) => match asked.node().subscription_preview(asked.caller(), &wish).await {
            Ok(preview) => page.preview = Some(preview),
            Err(error) => page.wrong = Some(mistake(&asked, error)?),
        },
    }
    page.answer()
}

/// Keeps it; its first run is due at once. One of the same name is not written over.
pub(super) async fn make(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let typed = Typed::of(&Form::read(&mut asked, &FIELDS).await?);
    let made = async {
        let wish = typed.wish(&asked).await?;
        let taken = asked.node().subscriptions(asked.caller()).await?;
        if taken.iter().any(|one| one.subscription.terms.name == wish.name) {
            let message = "there is a subscription of that name: choose another, or remove it first";
            return Err(bad("name-taken", message));
        }
        Ok(asked.node().subscription_put(asked.caller(), wish).await?)
    };
    let why = match made.await {
        Ok(_) => return on(&asked, "/exchange?done=subscribed"),
        Err(fault) => wrong(&asked, fault)?,
    };
    let mut page = Page::of(&asked, typed).await?;
    page.wrong = Some(why);
    page.answer()
}

/// The key of the sentence for a marking that a preview counts.
fn marking_key(label: &str) -> Option<&'static str> {
    match label {
        "none" => Some("preview-unmarked"),
        "unknown" => Some("preview-unknown"),
        _ => None,
    }
}

/// The key of the sentence for a kind of source.
const fn kind_key(kind: &SubscriptionKind) -> &'static str {
    match kind {
        SubscriptionKind::Taxii21 => "kind-taxii21",
        SubscriptionKind::Taxii20 => "kind-taxii20",
        SubscriptionKind::MispFeed => "kind-misp-feed",
        SubscriptionKind::MispServer => "kind-misp-server",
        SubscriptionKind::List => "kind-list",
        SubscriptionKind::Folder => "kind-folder",
    }
}
