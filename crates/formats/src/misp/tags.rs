//! Tags: TLP and PAP become markings, the rest labels.

use stix::json::Value;
use stix::marking::{Pap, Tlp};
use stix::{Place, Problem};
use uuid::Uuid;

use super::out::Out;
use super::text::{self, Json, MISP_NAMESPACE};

/// Up to this many tags become labels; all of them are carried.
const LABELS: usize = 500;

/// What the tags of one event or attribute say.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags<'v> {
    pub tlp: Option<Tlp>,
    pub pap: Option<Pap>,
    /// Tags that are no markings, in the order they were written.
    pub labels: Vec<&'v str>,
    /// Whether there were two different colours of TLP.
    pub contradictory: bool,
}

impl<'v> Tags<'v> {
    /// Reads a list of tags as MISP writes them, with their name, colour and more.
    pub fn read(tags: Option<&'v Value<'_>>) -> Self {
        let mut read = Self::default();
        for tag in tags.and_then(Value::as_array).unwrap_or_default() {
            let Some(name) = tag.as_object().and_then(|tag| tag.str("name")) else {
                continue;
            };
            if has_prefix(name, "tlp:")
                && let Some(tlp) = Tlp::parse(name)
            {
                read.contradictory |= read.tlp.is_some_and(|other| other != tlp);
                // Of two colours the narrower counts: the wider one may be the one that was forgotten.
                read.tlp = read.tlp.max(Some(tlp));
            } else if has_prefix(name, "pap:")
                && let Some(pap) = Pap::parse(name)
            {
                read.pap = read.pap.max(Some(pap));
            } else if !name.is_empty() && read.labels.len() < LABELS && !read.labels.contains(&name) {
                read.labels.push(name);
            }
        }
        read
    }
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// TLP and PAP that an element carries, and the list that says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Markings {
    pub tlp: Option<Tlp>,
    pub pap: Option<Pap>,
    /// `object_marking_refs` as JSON; empty when there are none.
    pub list: String,
}

impl Markings {
    /// The markings of an element inside another: each the narrower of its own and the other's, so that nothing
    /// leaves an event more widely than the event itself.
    pub fn narrowed(&self, tags: &Tags<'_>, out: &mut Out<'_>, place: &Place) -> Result<Self, Problem> {
        if tags.tlp.is_none() && tags.pap.is_none() {
            return Ok(self.clone());
        }
        Self::new(self.tlp.max(tags.tlp), self.pap.max(tags.pap), out, place)
    }

    /// Markings from TLP and PAP; without a TLP, the reader's defaults.
    pub fn new(tlp: Option<Tlp>, pap: Option<Pap>, out: &mut Out<'_>, place: &Place) -> Result<Self, Problem> {
        let mut list = Json::default();
        list.open_list();
        let empty = list.len();
        match tlp {
            Some(tlp) => list.string(tlp.marking_id()),
            None => out
                .options
                .default_markings
                .iter()
                .for_each(|id| list.string(id.as_str())),
        }
        if let Some(pap) = pap {
            let uuid = Uuid::new_v5(&MISP_NAMESPACE, pap.label().as_bytes());
            let id = text::identifier("marking-definition", uuid);
            list.string(&id);
            if out.first_mention(Uuid::nil(), uuid) {
                define(&id, pap, out, place)?;
            }
        }
        let any = list.len() > empty;
        list.close_list();
        Ok(Self {
            tlp,
            pap,
            list: if any { list.into_string() } else { String::new() },
        })
    }
}

/// PAP has no marking definitions of its own in STIX, so a statement says it.
fn define(id: &str, pap: Pap, out: &mut Out<'_>, place: &Place) -> Result<(), Problem> {
    out.begin_observable("marking-definition", id);
    out.json.text("created", "2020-01-01T00:00:00.000Z");
    out.json.text("name", pap.label());
    out.json.text("definition_type", "statement");
    out.json.key("definition");
    out.json.open();
    out.json.text("statement", pap.label());
    out.json.close();
    out.finish(place, true)
}

#[cfg(test)]
mod tests {
    use stix::marking::{Pap, Tlp};

    use super::Tags;

    #[test]
    fn of_two_colours_the_narrower_counts() {
        let tags = stix::json::parse(
            r#"[{"name":"tlp:red"},{"name":"TLP:GREEN"},{"name":"PAP:AMBER"},{"name":"tlp:ex:chr"},{"name":"type:OSINT"}]"#,
        )
        .unwrap();
        let tags = Tags::read(Some(&tags));
        assert_eq!(
            (tags.tlp, tags.pap, tags.contradictory),
            (Some(Tlp::Red), Some(Pap::Amber), true)
        );
        assert_eq!(tags.labels, ["tlp:ex:chr", "type:OSINT"]);
    }
}
