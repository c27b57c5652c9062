//! A bridge to be proposed, or other terms for one: what they would mean is said in words before the other hub hears of them.

use askama::Template;
use axum::response::Response;
use node::bridges::{AfterEnd, BridgeDraft, BridgeView, BridgeWish, PairHere};
use policy::{Action, decide};
use stix::marking::{Pap, Tlp};
use store::{BridgeState, Member};

use super::there::{There, answer, who};
use super::{mistake, most, wrong};
use crate::api::ask::{Parameters, member, must};
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::on;
use crate::console::shell::{Shell, encoded, part};
use crate::problem::Fault;
use crate::query::bad;

/// Fields of the form; those of a pair are there as often as it has pairs.
const FIELDS: [&str; 16] = [
    "of", "name", "url", "login", "secret", "member", "ours", "theirs", "way", "tlp", "pap", "onward", "named", "hops",
    "every", "settings",
];
/// The field of what becomes of it at the end.
const AFTER_END: &str = "withdrawn";
/// Where the form is.
const HERE: &str = "/exchange/bridge";
/// Rows of pairs: as many as terms may have.
const PAIRS_MOST: usize = 16;
/// Colours that may pass, the strictest last.
const COLOURS: [&str; 4] = ["clear", "green", "amber", "amber+strict"];
/// Permitted actions, the strictest last.
const PERMITTED: [&str; 4] = ["clear", "green", "amber", "red"];
/// Seconds between two runs, to choose from.
const OFTEN: [(i64, &str); 3] = [(60, "every-minute"), (900, "every-quarter"), (3_600, "every-hour")];
/// Ways, and how they are called.
const WAYS: [(&str, &str); 3] = [("both", "bridge-both"), ("out", "bridge-sends"), ("in", "bridge-takes")];

/// Two communities as they were typed.
#[derive(Clone, Default)]
struct Row {
    ours: String,
    theirs: String,
    way: String,
}

/// What was typed.
#[derive(Clone)]
struct Typed {
    /// The bridge of which these are other terms; empty for a new one.
    of: String,
    there: There,
    member: String,
    rows: Vec<Row>,
    tlp: String,
    pap: String,
    onward: bool,
    named: bool,
    hops: String,
    every: i64,
    withdrawn: bool,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            tlp: "amber".to_owned(),
            pap: "amber".to_owned(),
            hops: "3".to_owned(),
            every: 60,
            ..Self::of(&Form::default())
        }
    }
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        let columns = form.all("ours").zip(form.all("theirs")).zip(form.all("way"));
        let row = |((ours, theirs), way): ((&str, &str), &str)| Row {
            ours: ours.trim().to_owned(),
            theirs: theirs.trim().to_owned(),
            way: way.to_owned(),
        };
        let mut typed = Self {
            of: text("of"),
            there: There::of(form),
            member: text("member"),
            rows: columns.map(row).take(PAIRS_MOST).collect(),
            tlp: text("tlp"),
            pap: text("pap"),
            onward: form.is_ticked("onward"),
            named: form.is_ticked("named"),
            hops: text("hops"),
            every: form.text("every").parse().unwrap_or(60),
            withdrawn: form.is_ticked(AFTER_END),
        };
        if !typed.of.is_empty() {
            typed.there.name.clone_from(&typed.of);
        }
        typed.with_room()
    }

    /// The terms that hold, or wait, to begin other ones with.
    fn other_than(view: &BridgeView, member: String) -> Self {
        let (pairs, after_end) = match &view.proposed {
            Some((_, pairs)) => (pairs, view.proposed_after_end),
            None => (&view.pairs, view.after_end),
        };
        let mut typed = Self::default();
        let set = &view.bridge.set;
        typed.of.clone_from(&set.name);
        typed.there.name.clone_from(&set.name);
        typed.there.url.clone_from(&set.url);
        typed.member = member;
        typed.every = set.interval_seconds;
        typed.withdrawn = after_end == Some(AfterEnd::Withdrawn);
        if let Some(first) = pairs.first() {
            typed.tlp = colour(first.tlp).to_owned();
            typed.pap = permitted(first.pap).to_owned();
            typed.onward = first.onward;
            typed.named = !first.anonymous;
            typed.hops = first.hops.to_string();
        }
        let row = |pair: &PairHere| Row {
            ours: pair.ours.clone(),
            theirs: pair.theirs.clone(),
            way: match (pair.sends, pair.takes) {
                (true, true) => "both",
                (true, false) => "out",
                (false, _) => "in",
            }
            .to_owned(),
        };
        typed.rows = pairs.iter().map(row).collect();
        typed.with_room()
    }

    /// The same with an empty row for one pair more, where there may be one.
    fn with_room(mut self) -> Self {
        self.rows.retain(|row| !row.ours.is_empty() || !row.theirs.is_empty());
        if self.rows.len() < PAIRS_MOST {
            self.rows.push(Row {
                way: "both".to_owned(),
                ..Row::default()
            });
        }
        self
    }

    fn pairs(&self) -> Result<Vec<PairHere>, Fault> {
        let tlp = Tlp::parse(&self.tlp);
        let tlp = tlp.ok_or_else(|| bad("bad-tlp", "a colour is clear, green, amber or amber+strict"))?;
        let pap = Pap::parse(&self.pap);
        let pap = pap.ok_or_else(|| bad("bad-pap", "permitted actions are clear, green, amber or red"))?;
        let hops = self.hops.parse();
        let hops = hops.map_err(|_| bad("bad-hops", "say by a number how many hubs an item may have left"))?;
        let filled = self
            .rows
            .iter()
            .filter(|row| !row.ours.is_empty() || !row.theirs.is_empty());
        let pair = |row: &Row| PairHere {
            ours: row.ours.clone(),
            theirs: row.theirs.clone(),
            sends: row.way != "in",
            takes: row.way != "out",
            tlp,
            pap,
            onward: self.onward,
            anonymous: !self.named,
            hops,
        };
        Ok(filled.map(pair).collect())
    }

    async fn wish(&self, asked: &Asked) -> Result<BridgeWish, Fault> {
        let settings = self.there.settings(false)?;
        let is_empty = settings.as_object().is_none_or(serde_json::Map::is_empty);
        Ok(BridgeWish {
            name: self.there.name.clone(),
            url: self.there.url.clone(),
            // Other terms for a bridge leave how to get in there as it is, unless something was typed.
            settings: Some(settings).filter(|_| self.of.is_empty() || !is_empty),
            member: member(asked, &self.member).await?,
            pairs: self.pairs()?,
            after_end: match self.withdrawn {
                true => AfterEnd::Withdrawn,
                false => AfterEnd::Stays,
            },
            interval_seconds: self.every,
        })
    }
}

fn colour(tlp: Tlp) -> &'static str {
    let named = |one: &&str| Tlp::parse(one) == Some(tlp);
    COLOURS.into_iter().find(named).unwrap_or("clear")
}

fn permitted(pap: Pap) -> &'static str {
    let named = |one: &&str| Pap::parse(one) == Some(pap);
    PERMITTED.into_iter().find(named).unwrap_or("clear")
}

#[derive(Template)]
#[template(path = "console/exchange/propose.html")]
struct Page {
    shell: Shell,
    typed: Typed,
    members: Vec<Member>,
    communities: Vec<(String, String)>,
    draft: Option<BridgeDraft>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked, typed: Typed) -> Result<Self, Fault> {
        let mut shell = Shell::of(asked, "exchange").await?;
        shell.address = here(&typed.of);
        let (members, communities) = who(asked).await?;
        Ok(Self {
            shell,
            typed,
            members,
            communities,
            draft: None,
            wrong: None,
        })
    }

    fn answer(&self) -> Result<Response, Fault> {
        answer(self, self.wrong.is_some())
    }
}

/// Whether there is a word for so often.
fn is_listed(seconds: &i64) -> bool {
    OFTEN.iter().any(|(one, _)| one == seconds)
}

/// The form of a new bridge, or of other terms for one.
fn here(of: &str) -> String {
    match of.is_empty() {
        true => HERE.to_owned(),
        false => format!("{HERE}?of={}", encoded(of)),
    }
}

/// The form, for who has shown that it is them: what they type must not be lost to that.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["of"])?;
    administer(&asked)?;
    must(&asked, Action::SendElsewhere)?;
    let typed = match parameters.one("of")? {
        None => Typed::default(),
        Some(name) => {
            let view = asked.node().bridge(asked.caller(), name).await?;
            if view.bridge.set.state == BridgeState::Ended {
                return on(&asked, &format!("/exchange/bridges/{}", part(name)));
            }
            let member = asked
                .node()
                .store()
                .member_get(store::MemberKey::Id(view.bridge.set.member))
                .await?;
            Typed::other_than(&view, member.map(|member| member.uuid.to_string()).unwrap_or_default())
        }
    };
    Page::of(&asked, typed).await?.answer()
}

fn known() -> Vec<&'static str> {
    FIELDS.into_iter().chain([AFTER_END]).collect()
}

/// Says in words what the terms would mean. Nothing is kept, and the other hub hears nothing.
pub(super) async fn look(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let typed = Typed::of(&Form::read(&mut asked, &known()).await?);
    must(&asked, Action::SendElsewhere)?;
    let mut page = Page::of(&asked, typed.clone()).await?;
    match typed.wish(&asked).await {
        Err(fault) => page.wrong = Some(wrong(&asked, fault)?),
        Ok(wish) => match asked.node().bridge_draft(asked.caller(), &wish).await {
            Ok(draft) => page.draft = Some(draft),
            Err(error) => page.wrong = Some(mistake(&asked, error)?),
        },
    }
    page.answer()
}

/// Proposes them: the other hub is told, and nothing passes before it agrees.
pub(super) async fn make(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let typed = Typed::of(&Form::read(&mut asked, &known()).await?);
    // Back to the form, not to the list that stands above the address of what was sent.
    if let Err(refusal) = decide(&asked.caller().principal, Action::SendElsewhere)
        && refusal.unproven
    {
        return on(&asked, &format!("/step-up?back={}", encoded(&here(&typed.of))));
    }
    let made = async {
        let wish = typed.wish(&asked).await?;
        let taken = asked.node().bridges(asked.caller()).await?;
        if typed.of.is_empty() && taken.iter().any(|one| one.bridge.set.name == wish.name) {
            let message = "there is a bridge of that name: choose another, or propose other terms on its page";
            return Err(bad("name-taken", message));
        }
        Ok(asked.node().bridge_propose(asked.caller(), wish).await?)
    };
    let why = match made.await {
        Ok(made) => {
            let name = part(&made.bridge.set.name);
            return on(&asked, &format!("/exchange/bridges/{name}?done=bridge-offered"));
        }
        Err(fault) => wrong(&asked, fault)?,
    };
    let mut page = Page::of(&asked, typed).await?;
    page.wrong = Some(why);
    page.answer()
}
