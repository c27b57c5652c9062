//! To whom an event of another instance goes here, and what in it goes to fewer. Pure.
//!
//! | there | here |
//! |---|---|
//! | 0 your organisation only | the operator's own member |
//! | 1 this community, 2 connected, 3 all | the community that the operator named |
//! | 4 sharing group | the community made of the group; the operator's own member where that is not here |
//! | 5, nothing, anything else, on an event | the operator's own member, unless the operator said otherwise |
//! | on an attribute or object: 5, nothing, 1 to 3, or the group of its event | as its event |
//! | on an attribute or object: 0, or another group | the operator's own member |
//!
//! An attribute for a group inside an event for others is read there by who is in both. No audience here says that without
//! going to somebody who is not, so it goes to the operator's own member, and the report counts it.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// To whom something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    /// The operator's own member.
    Own,
    /// The community that the operator named.
    Community,
    /// The community that a sharing group became.
    Group(Uuid),
}

/// What is read of something to know where it goes.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Part {
    #[serde(default)]
    distribution: Option<Value>,
    #[serde(default)]
    sharing_group_id: Option<Value>,
    #[serde(default, rename = "SharingGroup")]
    group: Option<Group>,
    #[serde(default)]
    pub deleted: Option<Value>,
    #[serde(default, rename = "Attribute")]
    pub inside: Vec<Part>,
}

#[derive(Clone, Debug, Deserialize)]
struct Group {
    #[serde(default)]
    uuid: Option<Uuid>,
}

/// An event without its content: what is needed to place it, and to count it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Outline {
    #[serde(default)]
    pub uuid: Option<Uuid>,
    #[serde(default)]
    pub timestamp: Option<Value>,
    #[serde(default)]
    distribution: Option<Value>,
    #[serde(default)]
    sharing_group_id: Option<Value>,
    #[serde(default, rename = "SharingGroup")]
    group: Option<Group>,
    #[serde(default, rename = "Attribute")]
    pub attributes: Vec<Part>,
    #[serde(default, rename = "Object")]
    pub objects: Vec<Part>,
}

/// Sharing groups of the other instance by its numbers, as far as they are communities here; and what is unsaid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// Numbers there, and their UUIDs.
    pub numbers: std::collections::HashMap<String, Uuid>,
    /// Those that are communities here.
    pub here: std::collections::HashSet<Uuid>,
    /// Whether an event that says nothing goes to the named community.
    pub unsaid_to_community: bool,
    /// Whether here is one step further than there: then 1 is for one's own member alone.
    pub one_step_on: bool,
}

fn level(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Whether a scalar says yes.
pub(crate) fn is_on(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true))) || level(value) == Some(1)
}

impl Rules {
    fn group_of(&self, group: Option<&Group>, number: Option<&Value>) -> Option<Uuid> {
        let uuid = group
            .and_then(|group| group.uuid)
            .or_else(|| self.numbers.get(&text(number)).copied());
        uuid.filter(|uuid| self.here.contains(uuid))
    }

    /// The level that something has here.
    fn level(&self, value: Option<&Value>) -> Option<u64> {
        match level(value) {
            Some(1) if self.one_step_on => Some(0),
            other => other,
        }
    }

    /// To whom an event goes.
    pub fn of_event(&self, event: &Outline) -> Goes {
        match self.level(event.distribution.as_ref()) {
            Some(1..=3) => Goes::Community,
            Some(4) => self
                .group_of(event.group.as_ref(), event.sharing_group_id.as_ref())
                .map_or(Goes::Own, Goes::Group),
            None if self.unsaid_to_community && event.distribution.is_none() => Goes::Community,
            _ => Goes::Own,
        }
    }

    /// Whether something goes with what is around it; otherwise it goes to the operator's own member.
    fn goes_along(&self, around: Goes, part: &Part) -> bool {
        let itself = match (around, self.level(part.distribution.as_ref())) {
            (Goes::Own, _) => true,
            (_, Some(1..=3 | 5)) => true,
            (_, None) => part.distribution.is_none(),
            (around, Some(4)) => {
                let group = self.group_of(part.group.as_ref(), part.sharing_group_id.as_ref());
                group.is_some_and(|group| around == Goes::Group(group))
            }
            _ => false,
        };
        // An object is one thing here: it goes where its narrowest part goes.
        itself && part.inside.iter().all(|inside| self.goes_along(around, inside))
    }

    /// The places of the attributes and of the objects that go to fewer than their event.
    pub fn narrower(&self, event: &Outline) -> (Vec<usize>, Vec<usize>) {
        let around = self.of_event(event);
        let of = |parts: &[Part]| {
            let places = parts
                .iter()
                .enumerate()
                .filter(|(_, part)| !self.goes_along(around, part));
            places.map(|(place, _)| place).collect()
        };
        (of(&event.attributes), of(&event.objects))
    }
}

impl Outline {
    /// How many attributes it has that are not deleted, those in objects too.
    pub fn count(&self) -> u64 {
        let there = |parts: &[Part]| parts.iter().filter(|part| !is_on(part.deleted.as_ref())).count();
        let objects = self.objects.iter().filter(|object| !is_on(object.deleted.as_ref()));
        let inside: usize = objects.map(|object| there(&object.inside)).sum();
        (there(&self.attributes) + inside) as u64
    }

    /// When it was changed there, in seconds.
    pub fn changed(&self) -> i64 {
        text(self.timestamp.as_ref()).parse().unwrap_or(0)
    }
}

/// Bytes of an event of which parts go to fewer: it is held as a tree.
pub(crate) const MOST_TREE: usize = 64 << 20;

/// What goes to fewer than its event: the list that it is in, and what it says.
pub(crate) type Narrower = (&'static str, Map<String, Value>);

/// Takes out of an event the attributes and the objects that go to fewer, by their places.
pub(crate) fn split(event: &mut Map<String, Value>, places: &(Vec<usize>, Vec<usize>)) -> Vec<Narrower> {
    let mut narrower = Vec::with_capacity(places.0.len() + places.1.len());
    for (list, places) in [("Attribute", &places.0), ("Object", &places.1)] {
        narrower.extend(take_out(event, list, places).into_iter().map(|one| (list, one)));
    }
    narrower
}

/// Takes entries out of a list of an event, by their places.
fn take_out(event: &mut Map<String, Value>, list: &str, places: &[usize]) -> Vec<Map<String, Value>> {
    let Some(Value::Array(entries)) = event.get_mut(list) else {
        return Vec::new();
    };
    let mut out = Vec::with_capacity(places.len());
    let mut place = 0;
    entries.retain_mut(|entry| {
        let goes = places.binary_search(&place).is_ok();
        place += 1;
        if goes && let Value::Object(fields) = std::mem::take(entry) {
            out.push(fields);
        }
        !goes
    });
    out
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::{Goes, Outline, Rules, take_out};

    const HERE: Uuid = Uuid::from_u128(7);
    const OTHER: Uuid = Uuid::from_u128(8);

    fn rules() -> Rules {
        Rules {
            numbers: [
                ("3".to_owned(), HERE),
                ("4".to_owned(), OTHER),
                ("5".to_owned(), Uuid::from_u128(9)),
            ]
            .into(),
            here: [HERE, OTHER].into(),
            unsaid_to_community: false,
            one_step_on: false,
        }
    }

    fn outline(event: Value) -> Outline {
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn an_event_goes_where_its_number_says_and_never_further() {
        for (event, goes) in [
            (json!({ "distribution": "0" }), Goes::Own),
            (json!({ "distribution": 1 }), Goes::Community),
            (json!({ "distribution": "2" }), Goes::Community),
            (json!({ "distribution": "3" }), Goes::Community),
            (
                json!({ "distribution": "4", "sharing_group_id": "3" }),
                Goes::Group(HERE),
            ),
            (
                json!({ "distribution": "4", "SharingGroup": { "uuid": HERE } }),
                Goes::Group(HERE),
            ),
            (json!({ "distribution": "4", "sharing_group_id": "5" }), Goes::Own),
            (json!({ "distribution": "4" }), Goes::Own),
            (json!({ "distribution": "5" }), Goes::Own),
            (json!({ "distribution": "9" }), Goes::Own),
            (json!({ "distribution": "all" }), Goes::Own),
            (json!({}), Goes::Own),
        ] {
            assert_eq!(rules().of_event(&outline(event.clone())), goes, "{event}");
        }
        let told = Rules {
            unsaid_to_community: true,
            ..rules()
        };
        assert_eq!(told.of_event(&outline(json!({}))), Goes::Community);
        assert_eq!(told.of_event(&outline(json!({ "distribution": "x" }))), Goes::Own);
    }

    #[test]
    fn what_goes_to_fewer_than_its_event_is_found() {
        for (event, attribute, along) in [
            (json!({ "distribution": "3" }), json!({}), true),
            (json!({ "distribution": "3" }), json!({ "distribution": "5" }), true),
            (json!({ "distribution": "3" }), json!({ "distribution": "1" }), true),
            (json!({ "distribution": "3" }), json!({ "distribution": "0" }), false),
            (
                json!({ "distribution": "3" }),
                json!({ "distribution": "4", "sharing_group_id": "3" }),
                false,
            ),
            (json!({ "distribution": "3" }), json!({ "distribution": "x" }), false),
            (
                json!({ "distribution": "4", "sharing_group_id": "3" }),
                json!({ "distribution": "4", "sharing_group_id": "3" }),
                true,
            ),
            (
                json!({ "distribution": "4", "sharing_group_id": "3" }),
                json!({ "distribution": "4", "sharing_group_id": "4" }),
                false,
            ),
            (
                json!({ "distribution": "4", "sharing_group_id": "3" }),
                json!({ "distribution": "3" }),
                true,
            ),
            (json!({ "distribution": "0" }), json!({ "distribution": "3" }), true),
        ] {
            let mut whole = event.clone();
            whole["Attribute"] = json!([attribute]);
            whole["Object"] = json!([{ "distribution": "5", "Attribute": [attribute] }]);
            let (attributes, objects) = rules().narrower(&outline(whole));
            assert_eq!(
                (attributes.is_empty(), objects.is_empty()),
                (along, along),
                "{event} {attribute}"
            );
        }
    }

    #[test]
    fn what_is_deleted_is_not_counted() {
        let event = outline(json!({ "timestamp": "17",
            "Attribute": [{}, { "deleted": true }, { "deleted": "1" }, { "deleted": false }],
            "Object": [{ "Attribute": [{}, {}] }, { "deleted": "1", "Attribute": [{}] }] }));
        assert_eq!((event.count(), event.changed()), (4, 17));
    }

    #[test]
    fn what_is_taken_out_of_a_list_is_not_in_it_any_more() {
        let event = json!({ "Attribute": [{ "a": 0 }, { "a": 1 }, { "a": 2 }] });
        let mut event = event.as_object().unwrap().clone();
        let out = take_out(&mut event, "Attribute", &[0, 2]);
        assert_eq!(json!(out), json!([{ "a": 0 }, { "a": 2 }]));
        assert_eq!(event["Attribute"], json!([{ "a": 1 }]));
        assert!(take_out(&mut event, "Object", &[0]).is_empty());
    }

    #[test]
    fn one_step_on_what_was_for_the_community_there_is_for_one_member_here() {
        let on = Rules {
            one_step_on: true,
            ..rules()
        };
        let there = |level: &str, inside: &str| {
            outline(
                json!({ "distribution": level, "Attribute": [{ "distribution": inside }, { "distribution": "5" }] }),
            )
        };
        let goes = |level| on.of_event(&there(level, "5"));
        assert_eq!(
            [goes("0"), goes("1"), goes("2"), goes("3")],
            [Goes::Own, Goes::Own, Goes::Community, Goes::Community]
        );
        assert_eq!(on.narrower(&there("3", "1")).0, [0]);
        assert_eq!(rules().narrower(&there("3", "1")).0, [0_usize; 0]);
    }
}
