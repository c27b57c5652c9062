//! Are we hit? What was seen here, what waits for an answer, what is told to whom, and how the watch is.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use node::sightings::{Answer, Pending};
use node::watch::Health;
use policy::{Action, CommunityId, decide};
use stix::Timestamp;
use store::{CommunityKey, Seen, SeenState, SeenValue, SightingForm, SightingRule};
use uuid::Uuid;

use super::super::form::Form;
use super::super::shell::{Shell, encoded};
use super::super::show as show_page;
use super::super::words::Words;
use super::{LINES, mistake, said, show_again, word};
use crate::api::ask::{self, Parameters, must};
use crate::asked::Asked;
use crate::console::go_to;
use crate::problem::Fault;
use crate::query::bad;

/// Values of a stretch that are shown.
const VALUES: usize = 10;
/// Stretches over which hits are counted into one sighting, in seconds, to choose from.
const STRETCHES: [i64; 5] = [300, 3_600, 21_600, 86_400, 604_800];

/// Names of communities, each looked up once.
struct Names<'a> {
    asked: &'a Asked,
    known: HashMap<CommunityId, String>,
}

impl<'a> Names<'a> {
    fn new(asked: &'a Asked) -> Self {
        Self {
            asked,
            known: HashMap::new(),
        }
    }

    async fn of(&mut self, id: Option<CommunityId>) -> Result<Option<String>, Fault> {
        let Some(id) = id else { return Ok(None) };
        if let Some(name) = self.known.get(&id) {
            return Ok(Some(name.clone()));
        }
        // As the API does: the member's own hits tell which community they concern.
        let found = self.asked.node().store().community_get(CommunityKey::Id(id)).await?;
        let name = found.map_or_else(|| "–".to_owned(), |community| community.alias);
        self.known.insert(id, name.clone());
        Ok(Some(name))
    }
}

/// A value that was seen.
struct Value {
    value: String,
    source: String,
    count: i64,
}

/// A stretch of hits.
struct Line {
    id: String,
    indicator: String,
    path: String,
    values: Vec<Value>,
    more_values: usize,
    count: i64,
    first: Timestamp,
    last: Timestamp,
    state: String,
    form: Option<String>,
    community: Option<String>,
    reason: Option<String>,
}

impl Line {
    fn new(words: Words, community: Option<String>, seen: Seen, values: Vec<SeenValue>) -> Self {
        let more_values = values.len().saturating_sub(VALUES);
        let named = values.into_iter().filter(|value| !value.value.is_empty()).take(VALUES);
        Self {
            id: seen.uuid.to_string(),
            path: format!("/objects/{}", encoded(&seen.indicator)),
            indicator: seen.indicator,
            values: named
                .map(|value| Value {
                    value: value.value,
                    source: value.source,
                    count: value.count,
                })
                .collect(),
            more_values,
            count: seen.count,
            first: seen.first,
            last: seen.last,
            state: word(words, "hit-state", seen.state.as_str()),
            form: seen.form.map(|form| word(words, "form", form.as_str())),
            community,
            reason: seen.reason,
        }
    }
}

/// Something that waits for an answer.
struct Waiting {
    line: Line,
    until: Timestamp,
    /// What would be told, to the letter.
    objects: Vec<String>,
    /// Forms to choose from, the one of the rule first.
    forms: Vec<(&'static str, String)>,
}

impl Waiting {
    fn new(words: Words, community: Option<String>, pending: Pending) -> Self {
        let most = pending.seen.form.unwrap_or(SightingForm::Never);
        let open = SightingForm::ALL.into_iter().rev();
        let open = open.filter(|form| *form <= most && *form != SightingForm::Never);
        let pretty = |object: &serde_json::Value| serde_json::to_string_pretty(object).unwrap_or_default();
        Self {
            until: pending.until,
            objects: pending.objects.iter().map(pretty).collect(),
            forms: open
                .map(|form| (form.as_str(), word(words, "form", form.as_str())))
                .collect(),
            line: Line::new(words, community, pending.seen, pending.values),
        }
    }
}

#[derive(Template)]
#[template(path = "console/home/hits.html")]
struct List {
    shell: Shell,
    said: Option<&'static str>,
    waiting: Vec<Waiting>,
    lines: Vec<Line>,
    more: Option<String>,
    may_judge: bool,
    may_watch: bool,
    has_past: bool,
    wrong: Option<String>,
}

/// Whether the state of the watch is for them.
pub(super) fn may_watch(asked: &Asked) -> bool {
    decide(&asked.caller().principal, Action::Administer).is_ok()
}

impl List {
    async fn new(asked: &Asked, before: Option<i64>) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let found = node.hits(caller, LINES, before).await?;
        let more = found.last().filter(|_| found.len() >= LINES).map(|(seen, _)| seen.id);
        let shell = Shell::of(asked, "hits").await?;
        let mut names = Names::new(asked);
        let mut lines = Vec::with_capacity(found.len());
        for (seen, values) in found {
            let community = names.of(seen.community).await?;
            lines.push(Line::new(shell.t, community, seen, values));
        }
        let mut waiting = Vec::new();
        if before.is_none() {
            for pending in node.sightings_pending(caller, LINES, None).await? {
                let community = names.of(pending.seen.community).await?;
                waiting.push(Waiting::new(shell.t, community, pending));
            }
        }
        Ok(Self {
            said: None,
            waiting,
            lines,
            more: more.map(|last| shell.to(&format!("/hits?cursor={last}"))),
            may_judge: decide(&caller.principal, Action::JudgeSightings).is_ok(),
            may_watch: may_watch(asked),
            has_past: asked.node().has_past(asked.caller()),
            wrong: None,
            shell,
        })
    }
}

/// What was seen, and what waits for an answer.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["cursor", "said"])?;
    let before = parameters.cursor()?.map(|cursor| cursor.0);
    let mut page = List::new(&asked, before).await?;
    page.said = said(&parameters);
    show_page(&page)
}

fn form_of(name: &str) -> Result<SightingForm, Fault> {
    SightingForm::parse(name).ok_or_else(|| bad("bad-form", "choose what is told"))
}

fn back(asked: &Asked, path: &str) -> Result<Response, Fault> {
    go_to(&Shell::plain(&asked.app, &asked.headers, "hits").to(path))
}

/// Answers for what waits: tell it, or keep it at home.
pub(super) async fn answer(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::JudgeSightings)?;
    let id = Uuid::try_parse(asked.param("id")).map_err(|_| Fault::not_found())?;
    let form = Form::read(&mut asked, &["answer", "form"]).await?;
    let said = match form.text("answer") {
        "tell" => Answer::Confirm(form.maybe("form").map(form_of).transpose()?),
        "keep" => Answer::Decline,
        _ => return Err(bad("bad-answer", "say whether it is told")),
    };
    match asked.node().sighting_answer(asked.caller(), id, said).await {
        Ok(seen) => {
            let said = match seen.state {
                SeenState::Declined => "said-declined",
                SeenState::Told | SeenState::Confirmed => "said-told",
                _ => "said-not-told",
            };
            back(&asked, &format!("/hits?said={said}"))
        }
        Err(error) => {
            let wrong = mistake(&asked, error.into())?;
            let mut page = List::new(&asked, None).await?;
            page.wrong = Some(wrong);
            show_again(&page)
        }
    }
}

/// A rule, as its form shows it.
struct Rule {
    /// Alias of the community; empty for all that have no rule of their own.
    alias: String,
    title: String,
    /// Empty: as for all others.
    form: String,
    asks: bool,
    seconds: i64,
    log_line: bool,
    stretches: Vec<(i64, String)>,
}

impl Rule {
    fn new(words: Words, alias: String, title: String, rule: Option<&SightingRule>) -> Self {
        let usual = node::sightings::RULE_DEFAULT;
        let of = rule.unwrap_or(&usual);
        Self {
            form: rule.map(|rule| rule.form.as_str().to_owned()).unwrap_or_default(),
            stretches: stretches(words, of.seconds),
            alias,
            title,
            asks: of.asks,
            seconds: of.seconds,
            log_line: of.log_line,
        }
    }
}

/// The stretches to choose from, with the one that is chosen.
fn stretches(words: Words, chosen: i64) -> Vec<(i64, String)> {
    let mut all = STRETCHES.to_vec();
    if !all.contains(&chosen) {
        all.push(chosen);
        all.sort_unstable();
    }
    let named = |seconds: i64| match STRETCHES.contains(&seconds) {
        true => word(words, "stretch", &seconds.to_string()),
        false => format!("{seconds} s"),
    };
    all.into_iter().map(|seconds| (seconds, named(seconds))).collect()
}

/// What a form tells, in words.
fn form_word(words: &Words, name: &str) -> String {
    word(*words, "form", name)
}

#[derive(Template)]
#[template(path = "console/home/rules.html")]
struct Rules {
    shell: Shell,
    said: Option<&'static str>,
    rules: Vec<Rule>,
    may_judge: bool,
    may_watch: bool,
    has_past: bool,
    wrong: Option<String>,
}

impl Rules {
    async fn new(asked: &Asked) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let shell = Shell::of(asked, "hits").await?;
        let chosen = node.sighting_rules(caller).await?;
        let of = |community| chosen.iter().find(|rule| rule.community == community);
        let others = shell.t.say("rule-others").into_owned();
        let mut rules = vec![Rule::new(shell.t, String::new(), others, of(None))];
        for community in node.communities(caller).await? {
            if caller.principal.communities.contains(&community.id) {
                let rule = of(Some(community.id));
                rules.push(Rule::new(shell.t, community.alias, community.title, rule));
            }
        }
        Ok(Self {
            said: None,
            rules,
            may_judge: decide(&caller.principal, Action::JudgeSightings).is_ok(),
            may_watch: may_watch(asked),
            has_past: asked.node().has_past(asked.caller()),
            wrong: None,
            shell,
        })
    }
}

/// What is told of sightings, and how.
pub(super) async fn rules(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["said"])?;
    let mut page = Rules::new(&asked).await?;
    page.said = said(&parameters);
    show_page(&page)
}

/// One line of the form of rules.
struct Sent<'f> {
    community: &'f str,
    form: &'f str,
    asks: bool,
    seconds: i64,
    log_line: bool,
}

/// The lines of the form: every field once in each.
fn sent(form: &Form) -> Result<Vec<Sent<'_>>, Fault> {
    let odd = || bad("bad-rules", "the form is not whole: load the page again");
    let columns = ["community", "form", "asks", "seconds", "log_line"].map(|name| form.all(name).collect::<Vec<_>>());
    let [communities, forms, asks, seconds, log_lines] = columns;
    let same = [forms.len(), asks.len(), seconds.len(), log_lines.len()];
    if same.into_iter().any(|length| length != communities.len()) {
        return Err(odd());
    }
    let yes = |text: &str| match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(odd()),
    };
    let rest = forms.into_iter().zip(asks).zip(seconds).zip(log_lines);
    let mut lines = Vec::with_capacity(communities.len());
    for (community, (((form, asks), seconds), log_line)) in communities.into_iter().zip(rest) {
        lines.push(Sent {
            community,
            form,
            asks: yes(asks)?,
            seconds: seconds.parse().map_err(|_| odd())?,
            log_line: yes(log_line)?,
        });
    }
    Ok(lines)
}

async fn put(asked: &Asked, sent: &[Sent<'_>]) -> Result<(), Fault> {
    let mut rules = Vec::with_capacity(sent.len());
    // Where nothing is chosen, it is as for all others.
    for one in sent.iter().filter(|one| !one.form.is_empty()) {
        rules.push(SightingRule {
            community: match one.community {
                "" => None,
                name => Some(ask::community(asked, name).await?),
            },
            form: form_of(one.form)?,
            asks: one.asks,
            seconds: one.seconds,
            log_line: one.log_line,
        });
    }
    Ok(asked.node().sighting_rules_put(asked.caller(), &rules).await?)
}

/// Puts other rules in their place.
pub(super) async fn rules_put(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::JudgeSightings)?;
    let form = Form::read(&mut asked, &["community", "form", "asks", "seconds", "log_line"]).await?;
    let sent = sent(&form)?;
    let Err(fault) = put(&asked, &sent).await else {
        return back(&asked, "/hits/rules?said=said-rules");
    };
    let wrong = mistake(&asked, fault)?;
    let mut page = Rules::new(&asked).await?;
    page.wrong = Some(wrong);
    let words = page.shell.t;
    for rule in &mut page.rules {
        if let Some(typed) = sent.iter().find(|one| one.community == rule.alias) {
            typed.form.clone_into(&mut rule.form);
            (rule.asks, rule.seconds, rule.log_line) = (typed.asks, typed.seconds, typed.log_line);
            rule.stretches = stretches(words, typed.seconds);
        }
    }
    show_again(&page)
}

#[derive(Template)]
#[template(path = "console/home/watch.html")]
struct Watch {
    shell: Shell,
    may_watch: bool,
    has_past: bool,
    health: Health,
}

/// How the live watch is, for who runs it.
pub(super) async fn watch(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    Parameters::read(&asked, &[])?;
    let page = Watch {
        health: asked.node().watch_health(asked.caller())?,
        may_watch: true,
        has_past: asked.node().has_past(asked.caller()),
        shell: Shell::of(&asked, "hits").await?,
    };
    show_page(&page)
}
