//! What indicators are signs of: one malware, campaign or group, to which all that was found is linked.

use stix::{Id, Place, Problem};

use crate::draft::{Dates, Draft, id};
use crate::{ReadOptions, Sink};

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AboutKind {
    /// A family of malicious programs.
    Malware,
    /// A campaign.
    Campaign,
    /// A group of attackers.
    IntrusionSet,
}

impl AboutKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Malware, Self::Campaign, Self::IntrusionSet];

    /// Its STIX type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malware => "malware",
            Self::Campaign => "campaign",
            Self::IntrusionSet => "intrusion-set",
        }
    }

    /// Reads a STIX type.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What it is.
    pub kind: AboutKind,
    /// Its name.
    pub name: String,
    /// The object that is known already; none: one is made.
    pub known: Option<Id>,
}

/// What there is to be linked, by identifier.
#[derive(Debug, Default)]
pub(super) struct Ends {
    pub indicators: Vec<String>,
    pub techniques: Vec<String>,
    pub vulnerabilities: Vec<String>,
}

impl About {
    /// Hands on the object, where it is made here, and a relationship with each of the others (STIX 2.1, appendix B).
    /// Gives the identifiers of everything that a report of it refers to.
    pub(super) fn hand_on(
        &self,
        ends: &Ends,
        options: &ReadOptions,
        sink: &mut dyn Sink,
    ) -> Result<Vec<String>, Problem> {
        let own = self.known.clone().unwrap_or_else(|| {
            let name = self.name.to_lowercase();
            id(self.kind.as_str(), &options.producer, &[&name])
        });
        let mut refs = vec![own.to_string()];
        if self.known.is_none() {
            let (mut draft, dated) = Draft::versioned(&own, options, Dates::default());
            draft.markings(&[], options);
            draft.text("name", &self.name);
            if self.kind == AboutKind::Malware {
                draft.value("is_family", &true);
            }
            draft.hand_on(Place::default(), dated, sink)?;
        }
        // What exploits a weakness is a program; campaigns and groups are said to be after it.
        let after = match self.kind {
            AboutKind::Malware => "exploits",
            AboutKind::Campaign | AboutKind::IntrusionSet => "targets",
        };
        let own = own.as_str();
        let from = ends.indicators.iter().map(|end| (end.as_str(), "indicates", own));
        let techniques = ends.techniques.iter().map(|end| (own, "uses", end.as_str()));
        let weaknesses = ends.vulnerabilities.iter().map(|end| (own, after, end.as_str()));
        for (source, kind, target) in from.chain(techniques).chain(weaknesses) {
            let id = id("relationship", &options.producer, &[source, kind, target]);
            let (mut draft, dated) = Draft::versioned(&id, options, Dates::default());
            draft.markings(&[], options);
            draft.text("relationship_type", kind);
            draft.text("source_ref", source);
            draft.text("target_ref", target);
            draft.hand_on(Place::default(), dated, sink)?;
            refs.push(id.to_string());
        }
        Ok(refs)
    }
}
