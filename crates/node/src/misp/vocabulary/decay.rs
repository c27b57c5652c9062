//! Models of decay: what an attribute is worth now, by the polynomial that MISP documents.
//!
//! `score = base × (1 − (age ÷ lifetime)^(1 ÷ speed))`, with the age in days since it was last seen. The base is the mean of
//! what its tags stand for, weighed by what the model says of their predicates; without such tags it is the model's default.

use std::collections::HashMap;

use matching::score::{Decay, Purpose};
use serde_json::{Map, Value, json};
use stix::observable::Kind;
use stix::{Problem, Timestamp};
use store::VocabularyKind;

use super::{read::wrong, taxonomy};
use crate::error::Error;
use crate::node::Node;

/// Microseconds of a day.
const DAY: f64 = 86_400_000_000.0;

/// The numbers of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// Days until nothing is left.
    pub lifetime: f64,
    /// How the fall is spread: 1 is a straight line.
    pub speed: f64,
    /// Below this, something is no longer worth looking for.
    pub threshold: f64,
    /// The base where no tag says one.
    pub default_base: f64,
    /// What the predicates of tags weigh in the base, as `namespace:predicate`.
    pub weights: HashMap<String, f64>,
    /// The types of attributes that it is for.
    pub types: Vec<String>,
}

impl Terms {
    /// Reads a model in the format of MISP's repository.
    ///
    /// # Errors
    /// When a number is missing or out of its bounds, or the formula is another one.
    pub(super) fn read(map: &Map<String, Value>) -> Result<Self, Problem> {
        let help = "the file is left out; the others are read";
        let formula = map.get("formula").and_then(Value::as_str).unwrap_or_default();
        if !formula.eq_ignore_ascii_case("polynomial") {
            let message = format!("the formula '{formula}' is not known here; 'polynomial' is");
            return Err(wrong("$.formula", message, help));
        }
        let parameters = map.get("parameters").and_then(Value::as_object);
        let number = |key: &str, least: f64, most: f64| {
            let place = format!("$.parameters.{key}");
            let value = match parameters.and_then(|parameters| parameters.get(key)) {
                Some(Value::Number(number)) => number.as_f64(),
                Some(Value::String(text)) => text.trim().parse().ok(),
                _ => None,
            };
            value
                .filter(|value| (least..=most).contains(value))
                .ok_or_else(|| wrong(&place, format!("'{key}' must be a number from {least} to {most}"), help))
        };
        let weights = parameters
            .and_then(|parameters| parameters.get("base_score_config"))
            .and_then(Value::as_object);
        let weights = weights
            .into_iter()
            .flatten()
            .filter_map(|(predicate, weight)| Some((predicate.clone(), weight.as_f64()?)));
        let types = map
            .get("attribute_types")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(Self {
            lifetime: number("lifetime", 0.001, 36_500.0)?,
            speed: number("decay_speed", 0.001, 1_000.0)?,
            threshold: number("threshold", 0.0, 100.0)?,
            default_base: number("default_base_score", 0.0, 100.0)?,
            weights: weights
                .filter(|(_, weight)| weight.is_finite() && *weight > 0.0)
                .collect(),
            types: types.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

/// A model that scores are worked out by.
#[derive(Clone, Debug, PartialEq)]
pub struct DecayModel {
    /// The number by which clients know it.
    pub id: i64,
    /// Its UUID.
    pub uuid: String,
    /// What it is called.
    pub name: String,
    /// Whether it is in use.
    pub enabled: bool,
    /// Its numbers.
    pub terms: Terms,
    /// What the tags of its predicates stand for, by taxonomies.
    pub numbers: HashMap<String, i64>,
}

impl DecayModel {
    /// Whether it is for a type of attributes.
    pub fn is_for(&self, attribute_type: &str) -> bool {
        self.terms.types.iter().any(|known| known == attribute_type)
    }

    /// Whether a score means that something is not worth looking for any more.
    pub fn is_decayed(&self, score: f64) -> bool {
        score < self.terms.threshold
    }

    /// The base of something with these tags: the mean of what they stand for, each weighed as its predicate.
    pub fn base<'t>(&self, tags: impl IntoIterator<Item = (&'t str, Option<i64>)>) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (name, own) in tags {
            let predicate = name.split_once('=').map_or(name, |(predicate, _)| predicate);
            let Some(weight) = self.terms.weights.get(predicate) else {
                continue;
            };
            let Some(number) = own.or_else(|| self.numbers.get(name).copied()) else {
                continue;
            };
            sum += weight * (number.clamp(0, 100) as f64);
            weights += weight;
        }
        if weights > 0.0 {
            sum / weights
        } else {
            self.terms.default_base
        }
    }
}

/// What an attribute is worth at a time, 0 to 100; none where the model is not for its type. `tags`: each with the number that
/// was given to the tag here, where one was; otherwise that of its taxonomy counts.
pub fn score<'t>(
    model: &DecayModel,
    attribute_type: &str,
    tags: impl IntoIterator<Item = (&'t str, Option<i64>)>,
    last_seen: Timestamp,
    now: Timestamp,
) -> Option<f64> {
    if !model.is_for(attribute_type) {
        return None;
    }
    let age = now.micros().saturating_sub(last_seen.micros()).max(0) as f64 / DAY;
    let left = if age >= model.terms.lifetime {
        0.0
    } else {
        1.0 - (age / model.terms.lifetime).powf(1.0 / model.terms.speed)
    };
    Some((model.base(tags) * left).clamp(0.0, 100.0))
}

/// Types of attributes that decay together here.
const TOGETHER: [(&str, &str, Kind, Purpose, &[&str]); 5] = [
    (
        "Addresses, names and URLs",
        "as the scoring of this node has them",
        Kind::Ipv4,
        Purpose::General,
        &[
            "ip-src",
            "ip-dst",
            "ip-src|port",
            "ip-dst|port",
            "domain",
            "domain|ip",
            "hostname",
            "hostname|port",
            "url",
            "uri",
        ],
    ),
    (
        "Phone numbers",
        "as the scoring of this node has them",
        Kind::PhoneNumber,
        Purpose::General,
        &["phone-number", "prtn"],
    ),
    (
        "E-mail addresses, subjects and user agents",
        "as the scoring of this node has them",
        Kind::EmailAddress,
        Purpose::General,
        &[
            "email",
            "email-src",
            "email-dst",
            "email-reply-to",
            "email-subject",
            "user-agent",
        ],
    ),
    (
        "Mutexes, registry keys, fingerprints",
        "as the scoring of this node has them",
        Kind::Mutex,
        Purpose::General,
        &[
            "mutex",
            "regkey",
            "regkey|value",
            "ja3-fingerprint-md5",
            "jarm-fingerprint",
            "hassh-md5",
            "x509-fingerprint-md5",
            "x509-fingerprint-sha1",
            "x509-fingerprint-sha256",
            "imphash",
            "ssdeep",
            "tlsh",
        ],
    ),
    (
        "Hashes of files",
        "as the scoring of this node has them",
        Kind::Sha256,
        Purpose::General,
        &[
            "md5",
            "sha1",
            "sha224",
            "sha256",
            "sha384",
            "sha512",
            "filename|md5",
            "filename|sha1",
            "filename|sha256",
        ],
    ),
];

/// The models that come with the program, in the format of files: the numbers are those of our own scoring.
pub(super) fn built_in() -> Vec<Value> {
    let scoring = matching::score::Model::default();
    let model = |(name, said, kind, purpose, types): &(&str, &str, Kind, Purpose, &[&str])| {
        let Decay { lifetime_days, speed } = scoring.decay(Some(*kind), *purpose);
        json!({
            "name": name, "description": said, "formula": "polynomial", "version": 1, "attribute_types": types,
            "parameters": {
                "lifetime": lifetime_days, "decay_speed": speed, "threshold": scoring.threshold,
                "default_base_score": scoring.default_base,
                "base_score_config": {
                    "admiralty-scale:source-reliability": 0.5, "admiralty-scale:information-credibility": 0.5,
                },
            },
        })
    };
    TOGETHER.iter().map(model).collect()
}

impl Node {
    /// The models of decay, in use or not, by number, with what the tags of their taxonomies stand for.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_decay_models(&self) -> Result<Vec<DecayModel>, Error> {
        self.vocabulary_ready().await?;
        let heads = self.store().vocabulary_list(VocabularyKind::DecayModel).await?;
        let mut models = Vec::new();
        for head in heads {
            let map: Map<String, Value> = serde_json::from_str(&head.head).unwrap_or_default();
            let Ok(terms) = Terms::read(&map) else { continue };
            let numbers = HashMap::new();
            models.push(DecayModel {
                id: head.id,
                uuid: head.uuid,
                name: head.key,
                enabled: head.enabled,
                terms,
                numbers,
            });
        }
        let namespaces: std::collections::BTreeSet<String> = models
            .iter()
            .flat_map(|model| model.terms.weights.keys())
            .map(|predicate| {
                predicate
                    .split_once(':')
                    .map_or(predicate.as_str(), |(namespace, _)| namespace)
                    .to_owned()
            })
            .collect();
        for namespace in namespaces {
            let Some(taxonomy) = self
                .store()
                .vocabulary_by_key(VocabularyKind::Taxonomy, &namespace)
                .await?
            else {
                continue;
            };
            let Some(body) = self
                .store()
                .vocabulary_body(VocabularyKind::Taxonomy, taxonomy.id)
                .await?
            else {
                continue;
            };
            let map: Map<String, Value> = serde_json::from_str(&body).unwrap_or_default();
            for tag in taxonomy::tags(&map).unwrap_or_default() {
                let Some(number) = tag.number else { continue };
                let predicate = tag
                    .name
                    .split_once('=')
                    .map_or(tag.name.as_str(), |(predicate, _)| predicate)
                    .to_owned();
                for model in models
                    .iter_mut()
                    .filter(|model| model.terms.weights.contains_key(&predicate))
                {
                    model.numbers.insert(tag.name.clone(), number);
                }
            }
        }
        Ok(models)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;
    use stix::Timestamp;

    use super::{DecayModel, Terms, built_in, score};

    fn model(lifetime: f64, speed: f64) -> DecayModel {
        let terms = Terms {
            lifetime,
            speed,
            threshold: 30.0,
            default_base: 80.0,
            weights: HashMap::from([
                ("admiralty-scale:source-reliability".to_owned(), 0.75),
                ("risk:level".to_owned(), 0.25),
            ]),
            types: vec!["ip-dst".to_owned()],
        };
        let numbers = HashMap::from([
            ("admiralty-scale:source-reliability=\"a\"".to_owned(), 100),
            ("risk:level=\"low\"".to_owned(), 20),
        ]);
        DecayModel {
            id: 1,
            uuid: String::new(),
            name: "test".to_owned(),
            enabled: true,
            terms,
            numbers,
        }
    }

    fn days(days: f64) -> Timestamp {
        Timestamp::from_micros((days * super::DAY) as i64)
    }

    fn after(model: &DecayModel, age: f64, tags: &[(&str, Option<i64>)]) -> f64 {
        score(model, "ip-dst", tags.iter().copied(), days(100.0), days(100.0 + age)).unwrap()
    }

    #[test]
    fn a_score_falls_as_worked_out_by_hand() {
        // Speed 1 is a straight line: after a quarter of the time, three quarters of 80 are left.
        assert!((after(&model(120.0, 1.0), 30.0, &[]) - 60.0).abs() < 1e-9);
        // Speed 2: the root of a quarter is a half, so 80 × (1 − 0.5).
        assert!((after(&model(120.0, 2.0), 30.0, &[]) - 40.0).abs() < 1e-9);
        // Speed 2 after 1/100 of the time: the root is a tenth, so 80 × 0.9.
        assert!((after(&model(100.0, 2.0), 1.0, &[]) - 72.0).abs() < 1e-9);
        // Speed 0.5: (1/2)² = 1/4, so 80 × 0.75.
        assert!((after(&model(10.0, 0.5), 5.0, &[]) - 60.0).abs() < 1e-9);
        assert_eq!(after(&model(10.0, 2.0), 10.0, &[]), 0.0);
        assert_eq!(after(&model(10.0, 2.0), 1_000.0, &[]), 0.0);
        // Seen later than now: nothing has gone.
        assert_eq!(after(&model(10.0, 2.0), -5.0, &[]), 80.0);
    }

    #[test]
    fn tags_make_the_base_by_what_their_predicates_weigh() {
        let model = model(120.0, 2.0);
        let reliable = ("admiralty-scale:source-reliability=\"a\"", None);
        let low = ("risk:level=\"low\"", None);
        // Alone it counts whole: its weight is all the weight there is.
        assert_eq!(model.base([reliable]), 100.0);
        assert_eq!(model.base([low]), 20.0);
        // 0.75 × 100 + 0.25 × 20.
        assert_eq!(model.base([reliable, low]), 80.0);
        assert_eq!(
            model.base([("tlp:red", None)]),
            80.0,
            "a tag that the model does not weigh says nothing"
        );
        assert_eq!(
            model.base([("risk:level=\"low\"", Some(60))]),
            60.0,
            "a number given to the tag itself counts"
        );
        // After a quarter of the time at speed 2: half of 100.
        assert!((after(&model, 30.0, &[reliable]) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_model_is_for_its_types_and_says_what_has_decayed() {
        let model = model(120.0, 2.0);
        assert_eq!(score(&model, "md5", [], days(1.0), days(2.0)), None);
        assert!(model.is_decayed(29.9) && !model.is_decayed(30.0));
    }

    #[test]
    fn the_models_of_the_program_are_read_as_files_are() {
        for file in built_in() {
            let terms = Terms::read(file.as_object().unwrap()).unwrap();
            assert!(!terms.types.is_empty() && terms.default_base == 80.0, "{file}");
        }
        let network = &built_in()[0];
        assert_eq!(network["parameters"]["lifetime"], json!(120));
        assert!(Terms::read(json!({ "formula": "Exponential" }).as_object().unwrap()).is_err());
    }
}
