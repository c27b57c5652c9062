//! Views of domain objects.

use super::{View, maps, text, texts, time, view};
use crate::Timestamp;
use crate::json::{Map, Value};

view!(
    /// What to look for (section 4.7).
    Indicator, "indicator"
);

impl<'v> Indicator<'v> {
    /// `pattern`
    pub fn pattern(self) -> Option<&'v str> {
        text(self.0, "pattern")
    }

    /// `pattern_type`, as in `stix`, `yara`, `suricata`.
    pub fn pattern_type(self) -> Option<&'v str> {
        text(self.0, "pattern_type")
    }

    /// `pattern_version`
    pub fn pattern_version(self) -> Option<&'v str> {
        text(self.0, "pattern_version")
    }

    /// `indicator_types`
    pub fn indicator_types(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "indicator_types")
    }

    /// `valid_from`
    pub fn valid_from(self) -> Option<Timestamp> {
        time(self.0, "valid_from")
    }

    /// `valid_until`; without one it holds until it is revoked.
    pub fn valid_until(self) -> Option<Timestamp> {
        time(self.0, "valid_until")
    }

    /// Says whether it holds at an instant: from `valid_from`, before `valid_until`, and not revoked.
    pub fn is_valid_at(self, instant: Timestamp) -> bool {
        !self.revoked()
            && self.valid_from().is_none_or(|from| from <= instant)
            && self.valid_until().is_none_or(|until| instant < until)
    }
}

view!(
    /// A person, organisation or group (section 4.5).
    Identity, "identity"
);

impl<'v> Identity<'v> {
    /// `identity_class`
    pub fn identity_class(self) -> Option<&'v str> {
        text(self.0, "identity_class")
    }

    /// `sectors`
    pub fn sectors(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "sectors")
    }

    /// `roles`
    pub fn roles(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "roles")
    }

    /// `contact_information`
    pub fn contact_information(self) -> Option<&'v str> {
        text(self.0, "contact_information")
    }
}

view!(
    /// A published collection of objects about one topic (section 4.16).
    Report, "report"
);

impl<'v> Report<'v> {
    /// `published`
    pub fn published(self) -> Option<Timestamp> {
        time(self.0, "published")
    }

    /// `report_types`
    pub fn report_types(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "report_types")
    }

    /// `object_refs`
    pub fn objects(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "object_refs")
    }
}

view!(
    /// Objects with a shared context (section 4.4).
    Grouping, "grouping"
);

impl<'v> Grouping<'v> {
    /// `context`
    pub fn context(self) -> Option<&'v str> {
        text(self.0, "context")
    }

    /// `object_refs`
    pub fn objects(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "object_refs")
    }
}

view!(
    /// A weakness (section 4.19).
    Vulnerability, "vulnerability"
);

impl<'v> Vulnerability<'v> {
    /// Its CVE identifiers: the external identifiers of source `cve`, or the name if it is one.
    pub fn cve_ids(self) -> impl Iterator<Item = &'v str> {
        let listed = maps(self.0, "external_references")
            .filter(|one| text(one, "source_name").is_some_and(|source| source.eq_ignore_ascii_case("cve")))
            .filter_map(|one| text(one, "external_id"));
        let mut listed = listed.peekable();
        let named = self
            .name()
            .filter(|name| listed.peek().is_none() && name.len() >= 9 && name.is_char_boundary(4))
            .filter(|name| name[..4].eq_ignore_ascii_case("CVE-"));
        listed.chain(named)
    }
}

view!(
    /// What to do about something (section 4.3).
    CourseOfAction, "course-of-action"
);

view!(
    /// What was seen on systems and networks (section 4.14).
    ObservedData, "observed-data"
);

impl<'v> ObservedData<'v> {
    /// `first_observed`
    pub fn first_observed(self) -> Option<Timestamp> {
        time(self.0, "first_observed")
    }

    /// `last_observed`
    pub fn last_observed(self) -> Option<Timestamp> {
        time(self.0, "last_observed")
    }

    /// `number_observed`
    pub fn number_observed(self) -> Option<i64> {
        self.0.get("number_observed").and_then(Value::as_i64)
    }

    /// `object_refs`
    pub fn objects(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "object_refs")
    }

    /// The observables of the deprecated `objects`, by their key.
    pub fn contained(self) -> impl Iterator<Item = (&'v str, &'v Map<'v>)> {
        let objects = self.0.object("objects").into_iter().flat_map(Map::iter);
        objects.filter_map(|(key, value)| Some((key, value.as_object()?)))
    }
}
