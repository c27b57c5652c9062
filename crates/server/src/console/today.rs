//! Today: what concerns us, what we must do and by when, what is new, whether the watch runs.

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;
use node::commitments::{ListWish, Side};
use node::concerning::Reason;
use node::find::things;
use node::saved_searches::SavedShown;
use node::walk::Step;
use policy::{Action, decide};
use stix::Timestamp;
use store::{Found, SearchQuery};
use uuid::Uuid;

use super::feed::fresh;
use super::home::promise::Promise;
use super::home::word;
use super::shell::{Shell, encoded};
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::{on, show};
use crate::problem::Fault;

/// Lines of each list.
const LINES: usize = 8;
/// What is owed that is looked through for what is most urgent.
const LOOKED_THROUGH: usize = 100;
/// New things that are looked at for what concerns the reader's member.
const NEW_LOOKED_AT: usize = 60;
/// What was added so many days ago is new.
const NEW_DAYS: i64 = 7;

#[derive(Template)]
#[template(path = "console/today.html")]
struct Page {
    shell: Shell,
    /// What is owed, by what happens if it is missed.
    due: Vec<Promise>,
    more_due: usize,
    hits: Vec<Hit>,
    waiting: usize,
    recalls: u64,
    /// What is new, and why it matters to the reader's member; what has the most reasons first.
    new: Vec<(Found, Vec<Reason>)>,
    /// The reader's member, where it has not said what it runs.
    unsaid: Option<Uuid>,
    /// The searches that somebody saved and wants here.
    searches: Vec<SavedShown>,
    watch: Watch,
    /// Whether nothing waits for anybody.
    nothing_to_do: bool,
    /// The first steps, while some are left.
    walk: Vec<(Step, bool)>,
}

/// A stretch of hits.
struct Hit {
    indicator: String,
    count: i64,
    last: Timestamp,
    state: String,
    values: Vec<String>,
}

/// How the watch is.
struct Watch {
    is_on: bool,
    compiled: Option<Timestamp>,
    entries: u64,
    last_error: Option<String>,
}

/// The start page.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let (node, caller) = (asked.node(), asked.caller());
    let wish = ListWish {
        side: Side::Owes,
        limit: LOOKED_THROUGH,
        ..ListWish::default()
    };
    let shell = Shell::of(&asked, "today").await?;
    let words = shell.t;
    let owed = node.commitments(caller, &wish).await?.commitments;
    let mut due: Vec<Promise> = owed.into_iter().map(|one| Promise::new(words, one)).collect();
    due.sort_by_key(Promise::urgency);
    let more_due = due.len().saturating_sub(LINES);
    due.truncate(LINES);
    let hits = node
        .hits(caller, LINES, None)
        .await?
        .into_iter()
        .map(|(seen, values)| Hit {
            indicator: seen.indicator,
            count: seen.count,
            last: seen.last,
            state: word(words, "hit-state", seen.state.as_str()),
            values: values
                .into_iter()
                .map(|value| value.value)
                .filter(|value| !value.is_empty())
                .collect(),
        });
    let since = node.now().plus_micros(-NEW_DAYS * 86_400_000_000);
    let query = SearchQuery {
        since: Some(since),
        // What connects two things says nothing by itself.
        types: things(),
        ..SearchQuery::default()
    };
    let new = node.search(caller, &query, NEW_LOOKED_AT, None).await?.found;
    let concerning = node.concerning(caller, new).await?;
    let mut new = concerning.found;
    new.truncate(LINES);
    let searches = match caller.principal.person {
        Some(_) => node.saved_searches(caller, true).await?,
        None => Vec::new(),
    };
    let may_judge = decide(&caller.principal, Action::JudgeSightings).is_ok();
    let waiting = match may_judge {
        true => node.sightings_pending(caller, LINES, None).await?.len(),
        false => 0,
    };
    let recalls = node.recalls_open(caller).await?.unsigned_abs();
    let page = Page {
        nothing_to_do: due.is_empty() && waiting == 0 && recalls == 0,
        shell,
        due,
        more_due,
        hits: hits.collect(),
        waiting,
        recalls,
        new,
        unsaid: concerning.unsaid,
        searches,
        watch: watch(&asked),
        walk: node.walk(caller).await?.unwrap_or_default(),
    };
    show(&page)
}

/// Shows the first steps no longer.
pub(crate) async fn walk_end(asked: Asked) -> Result<Response, Fault> {
    asked.node().walk_end(asked.caller()).await?;
    on(&asked, "/today")
}

/// Where a step is done.
fn step_path(step: &Step) -> &'static str {
    match step {
        Step::Name => "/guide/operating",
        Step::Community => "/guide/operating#members-people-communities",
        Step::Invite => "/invitations",
        Step::Backup => "/admin",
        Step::Share => "/share",
        Step::Join => "/account",
        Step::Match => "/hits/log",
        Step::Watch => "/guide/watch",
        Step::Rules => "/hits/rules",
    }
}

/// Why something is here, as the reader is told.
fn reason(shell: &Shell, reason: &Reason) -> Cow<'static, str> {
    match reason {
        Reason::Sector(sector) => shell.t.text("today-our-sector", sector),
        Reason::Region(place) => shell.t.text("today-our-region", &place_name(shell, &place.name)),
        Reason::Technology(technology) => shell.t.text("today-our-technology", technology),
    }
}

/// A region in the reader's language; a country as it is.
fn place_name(shell: &Shell, name: &str) -> String {
    let key = format!("region-{name}");
    let said = shell.t.say(&key);
    if said == key {
        name.to_owned()
    } else {
        said.into_owned()
    }
}

/// The country that a reason names, and by which code the reader's browser knows it.
fn place(reason: &Reason) -> Option<(&str, &str)> {
    match reason {
        Reason::Region(place) => Some((&place.name, place.code.as_deref()?)),
        Reason::Sector(_) | Reason::Technology(_) => None,
    }
}

fn step_key(step: &Step) -> String {
    format!("walk-{}", step.as_str())
}

fn watch(asked: &Asked) -> Watch {
    // Whoever may not see it, sees none.
    let health = asked.node().watch_health(asked.caller()).unwrap_or_default();
    Watch {
        is_on: health.since.is_some(),
        compiled: health.watchlist.compiled,
        entries: health.watchlist.entries,
        last_error: health.last_error.map(|(_, error)| error),
    }
}
