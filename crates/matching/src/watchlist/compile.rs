//! From STIX indicators to what is looked for, or to the reason why not.
//!
//! A pattern that names values, each by itself, becomes those values; they are looked up. Any other pattern is kept
//! whole and evaluated, but only for events that hold a value without which it cannot be fulfilled.

use formats::write::{Flow, Selected, Selector};
use stix::json::{Map, Value};
use stix::observable::{Observable, extract};
use stix::pattern::Pattern;
use stix::{Place, Problem, Timestamp};

use super::build::{Builder, IndicatorNumber};
use super::meta::Reason;
use crate::hit::Context;
use crate::score::{self, Model};

/// What is known of an indicator beside its own text.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Who shared it.
    pub shared_by: String,
    /// Its marking; that of the text where there is none here.
    pub tlp: Option<stix::marking::Tlp>,
    /// What may be done with it.
    pub pap: Option<stix::marking::Pap>,
    /// ATT&CK techniques it indicates.
    pub techniques: Vec<String>,
    /// Malware, campaigns and groups it indicates.
    pub threats: Vec<String>,
    /// What to do when it is met.
    pub actions: Vec<String>,
    /// When it was last seen by somebody.
    pub last_sighting: Option<Timestamp>,
    /// How often.
    pub sightings: u32,
    /// How many say that it was a false positive.
    pub false_positives: u32,
}

impl Builder {
    /// Adds an indicator. What cannot be used is a problem, and what is not wanted is kept with its reason; other
    /// types of object are passed over. Says whether it was an indicator.
    pub fn object(&mut self, object: &Map<'_>, about: &About) -> bool {
        if object.str("type") != Some("indicator") {
            return false;
        }
        let id = object.str("id").unwrap_or_default();
        let Some(pattern) = object.str("pattern") else {
            self.unusable(id, "indicator-without-pattern", "the indicator has no pattern");
            return true;
        };
        let observables = extract(object);
        let facts = score::facts(object, &observables).map(|facts| score::Facts {
            last_sighting: about.last_sighting,
            sightings: about.sightings,
            false_positives: about.false_positives,
            ..facts
        });
        let score = facts
            .as_ref()
            .map(|facts| score::current(facts, &Model::default(), self.options.now).value);
        let time = |key: &str| object.str(key).and_then(|text| Timestamp::parse(text).ok());
        let context = Context {
            id: id.to_owned(),
            name: object.str("name").unwrap_or_default().to_owned(),
            shared_by: about.shared_by.clone(),
            tlp: about.tlp,
            pap: about.pap,
            confidence: facts.as_ref().and_then(|facts| facts.confidence),
            score,
            valid_until: time("valid_until"),
            techniques: techniques(object, about),
            threats: about.threats.clone(),
            actions: about.actions.clone(),
        };
        let reason = self.unwanted(object, &context, time("valid_from"));
        let indicator = self.indicator(&context);
        let language = object.str("pattern_type").unwrap_or("stix");
        match reason {
            Some(reason) => {
                for observable in &observables {
                    self.leave_out(indicator, observable, reason.clone());
                }
            }
            None if language == "stix" => self.stix(indicator, id, pattern),
            None if matches!(language, "sigma" | "yara") => self.rule(indicator, language, pattern),
            None => self.unusable(
                id,
                "pattern-language",
                &format!(
                    "patterns of the language '{}' are not matched here",
                    language.chars().take(40).collect::<String>()
                ),
            ),
        }
        true
    }

    fn unwanted(&self, object: &Map<'_>, context: &Context, valid_from: Option<Timestamp>) -> Option<Reason> {
        let options = &self.options;
        let is_benign = object
            .array("indicator_types")
            .is_some_and(|types| types.iter().any(|value| value.as_str() == Some("benign")));
        if object.get("revoked").and_then(Value::as_bool) == Some(true) {
            return Some(Reason::Revoked);
        }
        if context.valid_until.is_some_and(|end| end <= options.now) {
            return Some(Reason::Ended);
        }
        if valid_from.is_some_and(|start| start > options.now) {
            return Some(Reason::NotYetValid);
        }
        if is_benign {
            return Some(Reason::Benign);
        }
        if let Some(tlp) = context
            .tlp
            .filter(|tlp| options.strictest_tlp.is_some_and(|most| *tlp > most))
        {
            return Some(Reason::Tlp(tlp));
        }
        if let Some(pap) = context
            .pap
            .filter(|pap| options.strictest_pap.is_some_and(|most| *pap > most))
        {
            return Some(Reason::Pap(pap));
        }
        let unsure = context
            .confidence
            .filter(|confidence| *confidence < options.minimum_confidence);
        if let Some(confidence) = unsure {
            return Some(Reason::LowConfidence(confidence));
        }
        context
            .score
            .filter(|score| *score < options.minimum_score)
            .map(Reason::LowScore)
    }

    fn stix(&mut self, indicator: IndicatorNumber, id: &str, text: &str) {
        let pattern = match Pattern::parse(text).or_else(|problem| Pattern::parse_v20(text).map_err(|_| problem)) {
            Ok(pattern) => pattern,
            Err(mut problem) => {
                problem.place.object = Some(id.to_owned());
                return self.problem(problem);
            }
        };
        let selected = Selected::of(&pattern);
        let values = if selected.left_out.is_empty() {
            selected.selectors.iter().map(values_of).collect::<Option<Vec<_>>>()
        } else {
            None
        };
        match values {
            Some(values) => {
                for observable in values.into_iter().flatten() {
                    self.value(indicator, &observable);
                }
            }
            None => match stix::pattern::Compiled::new(&pattern) {
                Ok(_) => {
                    let anchors = super::pattern::anchors(&pattern);
                    self.pattern(indicator, text, anchors.as_deref());
                }
                Err(mut problem) => {
                    problem.place.object = Some(id.to_owned());
                    self.problem(problem);
                }
            },
        }
    }

    fn unusable(&mut self, id: &str, code: &'static str, message: &str) {
        let place = Place {
            object: Some(id.chars().take(300).collect()),
            ..Place::path("$.pattern")
        };
        self.problem(Problem::warning(code, place, message));
    }
}

/// The values a selector comes to, where each of them alone means all of it.
fn values_of(selector: &Selector) -> Option<Vec<Observable>> {
    match selector {
        Selector::Value(observable) => Some(vec![observable.clone()]),
        Selector::File(hashes) => Some(hashes.clone()),
        Selector::Flow(Flow {
            source: None,
            source_port: None,
            destination: Some(destination),
            destination_port: None,
            transport: None,
        }) => Some(vec![destination.clone()]),
        // Ports and directions narrow it: the whole pattern is evaluated.
        Selector::Flow(_) => None,
    }
}

fn techniques(object: &Map<'_>, about: &About) -> Vec<String> {
    let mut all = about.techniques.clone();
    let labels = object
        .array("labels")
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str);
    for phase in object.array("kill_chain_phases").unwrap_or_default() {
        if let Some(phase) = phase.as_object()
            && phase
                .str("kill_chain_name")
                .is_some_and(|name| name.starts_with("mitre"))
            && let Some(name) = phase.str("phase_name")
            && !all.iter().any(|known| known == name)
        {
            all.push(name.to_owned());
        }
    }
    // `attack.t1566.001`, as Sigma and many feeds label.
    for label in labels.filter_map(|label| label.strip_prefix("attack.")) {
        let label = label.to_ascii_uppercase();
        if label.starts_with('T')
            && label[1..].starts_with(|digit: char| digit.is_ascii_digit())
            && !all.contains(&label)
        {
            all.push(label);
        }
    }
    all
}
