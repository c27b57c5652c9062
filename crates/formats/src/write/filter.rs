//! Which objects are written at all.

use stix::json::{Map, Value};
use stix::marking::Pap;
use stix::{Problem, Timestamp};

use super::format::Effect;
use super::options::{Facts, LeftOut, Options};

/// Says why an object is not written, judged by everything but its values.
pub(super) fn judge(object: &Map<'_>, facts: &Facts, effect: Effect, options: &Options<'_>) -> Result<(), LeftOut> {
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        return Err(LeftOut::Revoked);
    }
    let time = |key: &str| object.str(key).and_then(|text| Timestamp::parse(text).ok());
    if !options.expired && time("valid_until").is_some_and(|end| end <= options.now) {
        return Err(LeftOut::Expired);
    }
    if time("valid_from").is_some_and(|start| start > options.now) {
        return Err(LeftOut::NotYetValid);
    }
    let benign = |value: &Value<'_>| value.as_str() == Some("benign");
    if object
        .array("indicator_types")
        .is_some_and(|types| types.iter().any(benign))
    {
        return Err(LeftOut::Benign);
    }
    if facts.score.is_some_and(|score| score < options.minimum_score) {
        return Err(LeftOut::LowScore);
    }
    if !pap_allows(facts.pap, effect, options.pap_red) {
        return Err(LeftOut::Pap);
    }
    Ok(())
}

/// PAP (version 3): blocking is an active measure and needs GREEN or CLEAR; AMBER allows what an adversary cannot see;
/// RED only what stays on one's own dedicated systems, which is why it has to be asked for.
fn pap_allows(pap: Option<Pap>, effect: Effect, red_asked: bool) -> bool {
    match (pap, effect) {
        (None | Some(Pap::Clear | Pap::Green), _) | (_, Effect::Exchange) => true,
        (Some(Pap::Amber), Effect::Detect) => true,
        (Some(Pap::Red), Effect::Detect) => red_asked,
        (Some(Pap::Amber | Pap::Red), Effect::Block) => false,
    }
}

/// The warning that something of an object was not written.
pub(super) fn warning(reason: LeftOut, object: &Map<'_>, message: String) -> Problem {
    let code = match reason {
        LeftOut::Unsafe => "export-unsafe-value",
        LeftOut::Unreadable => "export-unreadable",
        _ => "export-not-expressible",
    };
    let mut place = stix::Place::path(if object.contains("pattern") { "$.pattern" } else { "$" });
    place.object = object.str("id").map(|id| id.chars().take(300).collect());
    Problem::warning(code, place, message)
}

#[cfg(test)]
mod tests {
    use stix::marking::Pap;

    use super::pap_allows;
    use crate::write::Effect::{Block, Detect, Exchange};

    #[test]
    fn pap_decides_by_what_an_adversary_could_notice() {
        let table = [
            None,
            Some(Pap::Clear),
            Some(Pap::Green),
            Some(Pap::Amber),
            Some(Pap::Red),
        ]
        .map(|pap| {
            let row = [Exchange, Detect, Block].map(|effect| pap_allows(pap, effect, false));
            (row, pap_allows(pap, Detect, true), pap_allows(pap, Block, true))
        });
        assert_eq!(table[..3], [([true; 3], true, true); 3]);
        assert_eq!(table[3], ([true, true, false], true, false));
        assert_eq!(table[4], ([true, false, false], true, false));
    }
}
