//! Which techniques a group of objects uses, by the tactics that they serve (ATT&CK and other kill chains).
//!
//! The group is what a question finds, or an object with what it names and is connected with. Tactics stand in the order in
//! which attackers go through them, where that is known.

use std::collections::BTreeMap;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::question::Question;

/// Objects of a group that are looked at.
const GROUP_MOST: usize = 1_000;
/// Connections of an object that count as its group.
const CONNECTED_MOST: usize = 500;
/// Kill chains and tactics of one pattern.
const PHASES_MOST: usize = 40;

/// Tactics in their order: of ATT&CK for enterprises, mobiles and industrial control systems together.
const ORDER: [&str; 19] = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "inhibit-response-function",
    "impair-process-control",
    "network-effects",
    "remote-service-effects",
    "impact",
];

/// A technique and how many of the group have to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// The identifier of the pattern.
    pub id: String,
    /// Its number, as in `T1566.001`; empty where it has none.
    pub number: String,
    /// Its name.
    pub name: String,
    /// How many of the group have to do with it.
    pub count: usize,
}

/// A tactic and the techniques that serve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tactic {
    /// Its name, as the kill chain has it.
    pub name: String,
    /// Those used most first.
    pub techniques: Vec<Technique>,
}

/// A kill chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its name.
    pub name: String,
    /// In the order in which attackers go through them.
    pub tactics: Vec<Tactic>,
}

/// The techniques of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// How many of the group were looked at.
    pub looked_at: usize,
    /// Whether there are more, which were not.
    pub more: bool,
    /// How many techniques there are.
    pub techniques: usize,
    /// By kill chain, that with the most techniques first.
    pub chains: Vec<Chain>,
    /// Techniques that serve no tactic.
    pub loose: Vec<Technique>,
}

impl Matrix {
    /// From the text of each pattern, and how many of the group have to do with it. Pure.
    fn of(patterns: &[(String, usize)]) -> Self {
        let mut chains: BTreeMap<String, BTreeMap<(usize, String), Vec<Technique>>> = BTreeMap::new();
        let mut matrix = Self::default();
        for (body, count) in patterns {
            let Ok(object) = stix::Object::parse(body) else {
                continue;
            };
            let technique = technique(object.map(), *count);
            matrix.techniques += 1;
            let phases = phases(object.map());
            if phases.is_empty() {
                matrix.loose.push(technique);
                continue;
            }
            for (chain, phase) in phases {
                let place = ORDER.iter().position(|known| *known == phase).unwrap_or(ORDER.len());
                let tactics = chains.entry(chain).or_default();
                tactics.entry((place, phase)).or_default().push(technique.clone());
            }
        }
        let tactic = |((_, name), mut techniques): ((usize, String), Vec<Technique>)| {
            techniques.sort_by(in_order);
            Tactic { name, techniques }
        };
        let chain = |(name, tactics): (String, BTreeMap<_, _>)| Chain {
            name,
            tactics: tactics.into_iter().map(tactic).collect(),
        };
        matrix.chains = chains.into_iter().map(chain).collect();
        let size = |chain: &Chain| {
            chain
                .tactics
                .iter()
                .map(|tactic| tactic.techniques.len())
                .sum::<usize>()
        };
        matrix.chains.sort_by_key(|chain| std::cmp::Reverse(size(chain)));
        matrix.loose.sort_by(in_order);
        matrix
    }
}

fn in_order(one: &Technique, other: &Technique) -> std::cmp::Ordering {
    let key = |technique: &Technique| (technique.number.clone(), technique.name.clone(), technique.id.clone());
    other.count.cmp(&one.count).then_with(|| key(one).cmp(&key(other)))
}

fn technique(map: &stix::json::Map<'_>, count: usize) -> Technique {
    let references = map.get("external_references").and_then(|value| value.as_array());
    let numbers = references.into_iter().flatten().filter_map(|one| {
        let id = one.as_object()?.str("external_id")?.to_ascii_uppercase();
        store::FacetKind::is_technique(&id).then_some(id)
    });
    Technique {
        id: map.str("id").unwrap_or_default().to_owned(),
        number: numbers.into_iter().next().unwrap_or_default(),
        name: map.str("name").unwrap_or_default().to_owned(),
        count,
    }
}

/// Kill chain and phase of each tactic that a pattern serves.
fn phases(map: &stix::json::Map<'_>) -> Vec<(String, String)> {
    let phases = map.get("kill_chain_phases").and_then(|value| value.as_array());
    let read = |one: &stix::json::Value<'_>| {
        let phase = one.as_object()?;
        let name = phase.str("phase_name")?.to_lowercase().replace(['_', ' '], "-");
        Some((phase.str("kill_chain_name")?.to_owned(), name))
    };
    let mut found: Vec<_> = phases
        .into_iter()
        .flatten()
        .take(PHASES_MOST)
        .filter_map(read)
        .collect();
    found.sort();
    found.dedup();
    found
}

impl Node {
    /// The techniques of what a question finds.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn matrix_found(&self, caller: &Caller, question: &Question) -> Result<Matrix, Error> {
        let Some(query) = self.query_of(question).await? else {
            return Ok(Matrix::default());
        };
        let viewer = self.viewer(caller).await?;
        let found = self.store().patterns_found(&viewer, &query, GROUP_MOST).await?;
        Ok(Matrix {
            looked_at: found.looked_at,
            more: found.more,
            ..Matrix::of(&found.patterns)
        })
    }

    /// The techniques of an object, and of what it names and is connected with.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is nothing of that name that the caller may see.
    pub async fn matrix_of(&self, caller: &Caller, id: &str) -> Result<Matrix, Error> {
        let edges = self.neighbours(caller, id, CONNECTED_MOST, None).await?;
        let more = edges.len() >= CONNECTED_MOST;
        let mut ids: Vec<String> = edges.into_iter().map(|edge| edge.other).collect();
        ids.push(id.to_owned());
        ids.sort();
        ids.dedup();
        let viewer = self.viewer(caller).await?;
        let found = self.store().patterns_beside(&viewer, &ids).await?;
        Ok(Matrix {
            looked_at: found.looked_at,
            more: more || found.more,
            ..Matrix::of(&found.patterns)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(number: &str, phases: &[(&str, &str)]) -> String {
        let phases: Vec<_> = phases
            .iter()
            .map(|(chain, phase)| serde_json::json!({ "kill_chain_name": chain, "phase_name": phase }))
            .collect();
        serde_json::json!({
            "id": format!("attack-pattern--{number}"), "name": format!("name of {number}"), "kill_chain_phases": phases,
            "external_references": [{ "source_name": "mitre-attack", "external_id": number }],
        })
        .to_string()
    }

    #[test]
    fn tactics_stand_in_the_order_of_an_attack_and_techniques_by_how_often_they_are_used() {
        let attack = "mitre-attack";
        let patterns = [
            (pattern("T1490", &[(attack, "impact")]), 1),
            (pattern("T1566", &[(attack, "initial-access")]), 1),
            (
                pattern("T1078", &[(attack, "initial-access"), (attack, "persistence")]),
                3,
            ),
            (pattern("T0001", &[("own", "zeal"), ("own", "Initial_Access")]), 1),
            (pattern("T9999", &[]), 2),
            ("nonsense".to_owned(), 9),
        ];
        let matrix = Matrix::of(&patterns);
        let numbers = |tactic: &Tactic| {
            let numbers: Vec<&str> = tactic.techniques.iter().map(|one| one.number.as_str()).collect();
            format!("{}: {}", tactic.name, numbers.join(" "))
        };
        let told = |chain: &Chain| chain.tactics.iter().map(numbers).collect::<Vec<_>>();
        let chains: Vec<_> = matrix.chains.iter().map(|chain| chain.name.as_str()).collect();
        assert_eq!(chains, [attack, "own"]);
        let [first, second] = &*matrix.chains else {
            panic!("two chains")
        };
        assert_eq!(
            told(first),
            ["initial-access: T1078 T1566", "persistence: T1078", "impact: T1490"]
        );
        assert_eq!(told(second), ["initial-access: T0001", "zeal: T0001"]);
        assert_eq!((matrix.techniques, matrix.loose.len()), (5, 1));
    }
}
