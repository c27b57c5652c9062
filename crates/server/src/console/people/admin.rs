//! How the node is, for its operators: health, backups, what is public, warninglists, settings; each changed where it can be.

use askama::Template;
use axum::response::Response;
use node::site::{Site, SiteInForce};
use node::upkeep::{BackupMade, KEPT, OLD_DAYS};
use node::watch::Health;
use policy::{Action, decide};
use stix::Timestamp;
use store::TipState;

use super::{done, page_again, settings};
use crate::api::ask::Parameters;
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::{on, show};
use crate::problem::Fault;
use crate::query::bad;

/// Subscriptions and peers that are looked at.
const LOOKED_AT: usize = 200;
/// Reports that are looked at for those that wait.
const REPORTS: usize = 100;
const DAY_MICROS: i64 = 86_400_000_000;

/// A list of harmless values.
struct List {
    name: String,
    description: String,
    entries: usize,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "console/people/admin.html")]
struct Page {
    shell: Shell,
    members: usize,
    communities: usize,
    ledger: u64,
    failing: Vec<String>,
    contacts_due: usize,
    health: Health,
    backup: Option<BackupMade>,
    /// How many days old it is.
    backup_days: i64,
    makes_backups: bool,
    lists: Vec<List>,
    site: SiteInForce,
    /// What the form of it says, be it what somebody typed.
    typed: Typed,
    security_is_over: bool,
    reports_waiting: usize,
    /// What can be chosen while it runs, be it what somebody typed, and whether it was.
    chosen: settings::Typed,
    chosen_here: bool,
    /// Whether who looks has shown lately that it is them.
    may_choose: bool,
    /// What is set where the node is started.
    elsewhere: Vec<(&'static str, String)>,
    version: &'static str,
    done: Option<&'static str>,
    wrong: Option<String>,
}

/// The form of what is public.
#[derive(Clone, Default)]
struct Typed {
    pages: bool,
    reports: bool,
    contacts: String,
    policy: String,
    languages: String,
    until: String,
}

impl From<&Site> for Typed {
    fn from(site: &Site) -> Self {
        Self {
            pages: site.pages,
            reports: site.reports,
            contacts: site.security_contacts.join("\n"),
            policy: site.security_policy.clone().unwrap_or_default(),
            languages: site.security_languages.join(", "),
            until: site.security_until.map_or_else(String::new, |at| day(&at)),
        }
    }
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            pages: form.is_ticked("pages"),
            reports: form.is_ticked("reports"),
            contacts: form.text("contacts").to_owned(),
            policy: form.text("policy").trim().to_owned(),
            languages: form.text("languages").to_owned(),
            until: form.text("until").trim().to_owned(),
        }
    }

    fn site(&self) -> Result<Site, Fault> {
        let unreadable = |_| bad("bad-date", "write the day as in 2026-11-30");
        let until = match self.until.as_str() {
            "" => None,
            day => Some(Timestamp::parse(&format!("{day}T00:00:00Z")).map_err(unreadable)?),
        };
        let words = |text: &str| {
            let parts = text.split([',', ' ', '\n', '\r']).filter(|one| !one.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        Ok(Site {
            pages: self.pages,
            reports: self.reports,
            security_contacts: words(&self.contacts),
            security_policy: Some(self.policy.clone()).filter(|text| !text.is_empty()),
            security_languages: words(&self.languages),
            security_until: until,
        })
    }
}

fn day(at: &Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// Names of what failed the last time it was fetched or pushed.
async fn failing(asked: &Asked) -> Result<Vec<String>, Fault> {
    let (node, caller) = (asked.node(), asked.caller());
    let fetched = node.subscription_page(caller, "", LOOKED_AT).await?;
    let pushed = node.peer_page(caller, "", LOOKED_AT).await?;
    let fetched = fetched.into_iter().map(|one| one.subscription);
    let fetched = fetched
        .filter(|one| one.failures_in_a_row > 0)
        .map(|one| one.terms.name);
    let pushed = pushed.into_iter().map(|one| one.peer);
    let pushed = pushed.filter(|one| one.failures_in_a_row > 0).map(|one| one.terms.name);
    Ok(fetched.chain(pushed).collect())
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        administer(asked)?;
        let (node, caller) = (asked.node(), asked.caller());
        let (now, site) = (node.now(), node.site().await?);
        let mut shell = Shell::of(asked, "admin").await?;
        "/admin".clone_into(&mut shell.address);
        let backup = node.backup_state(caller).await?;
        let known = node.warninglists();
        let lists = known.lists().iter().map(|one| List {
            name: one.name.clone(),
            description: one.description.clone(),
            entries: one.entries,
            is_on: one.enabled,
        });
        let chosen = node.chosen_read().await?;
        let waiting = node.tips(caller, None, REPORTS).await?;
        Ok(Self {
            shell,
            members: node.members(caller).await?.len(),
            communities: node.communities(caller).await?.len(),
            ledger: node.checkpoint().await?.unverified().size,
            failing: failing(asked).await?,
            contacts_due: node.contacts_due(now).await?.len(),
            health: node.watch_health(caller)?,
            backup_days: backup
                .as_ref()
                .map_or(0, |made| (now.micros() - made.at.micros()) / DAY_MICROS),
            backup,
            makes_backups: node.settings().backups.is_some(),
            lists: lists.collect(),
            typed: Typed::from(&site.site),
            security_is_over: site.site.security_until.is_some_and(|until| until <= now),
            site,
            reports_waiting: waiting.iter().filter(|one| one.state == TipState::Waiting).count(),
            chosen: settings::Typed::from(&*chosen.chosen),
            chosen_here: chosen.here,
            may_choose: decide(&caller.principal, Action::Configure).is_ok(),
            elsewhere: settings::elsewhere(asked),
            version: env!("CARGO_PKG_VERSION"),
            done: None,
            wrong: None,
        })
    }
}

/// The page.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    })
}

async fn again(asked: &Asked, fault: impl Into<Fault>, typed: Option<Typed>) -> Result<Response, Fault> {
    page_again(asked, fault, |wrong| async move {
        let page = Page::of(asked).await?;
        Ok(Page {
            typed: typed.unwrap_or_else(|| page.typed.clone()),
            wrong: Some(wrong),
            ..page
        })
    })
    .await
}

/// The page with what was wrong about the settings that were typed.
pub(super) async fn again_with(asked: &Asked, fault: Fault, typed: settings::Typed) -> Result<Response, Fault> {
    page_again(asked, fault, |wrong| async move {
        Ok(Page {
            chosen: typed,
            wrong: Some(wrong),
            ..Page::of(asked).await?
        })
    })
    .await
}

/// Makes a backup now.
pub(crate) async fn backup(asked: Asked) -> Result<Response, Fault> {
    match asked.node().backup_make(asked.caller()).await {
        Ok(_) => on(&asked, "/admin?done=backup"),
        Err(error) => again(&asked, error, None).await,
    }
}

/// Chooses what is public, or leaves it to the configuration.
pub(crate) async fn site(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let fields = [
        "pages",
        "reports",
        "contacts",
        "policy",
        "languages",
        "until",
        "as-configured",
    ];
    let form = Form::read(&mut asked, &fields).await?;
    let typed = Typed::of(&form);
    let chosen = match form.is_ticked("as-configured") {
        true => None,
        false => match typed.site() {
            Ok(site) => Some(site),
            Err(fault) => return again(&asked, fault, Some(typed)).await,
        },
    };
    match asked.node().site_choose(asked.caller(), chosen.as_ref()).await {
        Ok(()) => on(&asked, "/admin?done=site"),
        Err(error) => again(&asked, error, Some(typed)).await,
    }
}

/// Switches a list of harmless values.
pub(crate) async fn warninglist(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let form = Form::read(&mut asked, &["name", "enabled"]).await?;
    let (name, enabled) = (form.text("name"), form.is_ticked("enabled"));
    match asked.node().warninglist_switch(asked.caller(), name, enabled).await {
        Ok(()) => on(&asked, "/admin?done=list"),
        Err(error) => again(&asked, error, None).await,
    }
}
