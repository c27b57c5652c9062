//! Says whether an object may stand beside the versions of it that are already known (STIX 2.1 section 3.6).
//!
//! The rules, in the order in which they are looked at:
//!
//! | what arrives | answer |
//! |---|---|
//! | a known version with the same content | unchanged |
//! | a known version with other content | refused: one (`id`, `modified`) has one content for ever |
//! | another `created_by_ref` than the known versions | refused: only the creator makes a new version |
//! | another `created` than the known versions, where no creator is named, or of a marking definition | refused |
//! | anything later than a revoked version, or a revocation earlier than a known version | refused: nothing follows a revocation |
//! | anything else, also an older version that arrives late | new |
//!
//! Cyber-observable objects have no versions: each content is a contribution of its own.
//! The caller digests the contents; what counts as the same content (text, or canonical JSON) is its choice.

use crate::problem::{Place, Problem};
use crate::time::Timestamp;

/// A version of the object that is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// `modified`, else `created`; for an object without versions any instant.
    pub version: Timestamp,
    /// Digest of its content.
    pub digest: [u8; 32],
    /// `created_by_ref`.
    pub created_by: Option<&'a str>,
    /// `created`.
    pub created: Option<Timestamp>,
    /// `revoked`.
    pub revoked: bool,
}

/// The version that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct New<'a> {
    /// `id`, for the messages.
    pub id: &'a str,
    /// `modified`, else `created`; none for an object without versions (see [`crate::Head::version`]).
    pub version: Option<Timestamp>,
    /// Digest of its content.
    pub digest: [u8; 32],
    /// `created_by_ref`.
    pub created_by: Option<&'a str>,
    /// `created`.
    pub created: Option<Timestamp>,
    /// `revoked`.
    pub revoked: bool,
}

impl<'a> New<'a> {
    /// Takes what the rules need from the common properties of an object.
    pub fn of(head: &crate::Head<'a>, digest: [u8; 32]) -> Self {
        Self {
            id: head.id,
            version: head.version(),
            digest,
            created_by: head.created_by,
            created: head.created,
            revoked: head.revoked,
        }
    }
}

/// What becomes of the version that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is to be stored.
    New,
    /// It is there already.
    Unchanged,
    /// It breaks a rule of versioning.
    Refused(Problem),
}

/// Weighs a version against all known versions of the same object; one pass, no allocation unless it is refused.
pub fn admit(known: &[Known<'_>], new: &New<'_>) -> Admission {
    let Some(version) = new.version else {
        return if known.iter().any(|one| one.digest == new.digest) {
            Admission::Unchanged
        } else {
            Admission::New
        };
    };
    if let Some(same) = known.iter().find(|one| one.version == version) {
        return if same.digest == new.digest {
            Admission::Unchanged
        } else {
            refuse(
                new,
                "version-conflict",
                "$.modified",
                format!("version {version} is already known with other content"),
                "give a changed object a later 'modified'",
            )
        };
    }
    for one in known {
        if let Some(refusal) = against(one, version, new) {
            return refusal;
        }
    }
    Admission::New
}

/// The rule that one known version of another instant breaks, if any.
fn against(one: &Known<'_>, version: Timestamp, new: &New<'_>) -> Option<Admission> {
    if one.created_by != new.created_by {
        let name = |creator: Option<&str>| creator.map_or_else(|| "nobody named".to_owned(), |id| format!("'{id}'"));
        return Some(refuse(
            new,
            "version-foreign-creator",
            "$.created_by_ref",
            format!(
                "only the creator of an object makes a new version of it: the known one is by {}, this one by {}",
                name(one.created_by),
                name(new.created_by)
            ),
            "make an object with an id of its own and relate it with 'derived-from'",
        ));
    }
    // A creator who is named may be careless with their own object: published data does move `created`, and refusing it
    // would lose content that nobody else claims. Where nobody is named, `created` is all that tells two objects apart;
    // and a marking definition has no versions (STIX 2.1 section 7.2.1), or its meaning could change under those it marks.
    let strict = new.created_by.is_none() || crate::id::object_type(new.id) == "marking-definition";
    if strict
        && let (Some(was), Some(is)) = (one.created, new.created)
        && was != is
    {
        return Some(refuse(
            new,
            "version-created-changed",
            "$.created",
            format!("'created' never changes between versions: it was {was}, here it is {is}"),
            "keep 'created' and move 'modified' forward; a marking definition has no versions at all",
        ));
    }
    if one.revoked && version > one.version {
        return Some(refuse(
            new,
            "version-after-revocation",
            "$.modified",
            format!(
                "the object was revoked in version {}, and nothing follows a revocation",
                one.version
            ),
            "make a new object with an id of its own",
        ));
    }
    if new.revoked && version < one.version {
        return Some(refuse(
            new,
            "version-after-revocation",
            "$.revoked",
            format!(
                "this revocation of {version} is earlier than the known version {}",
                one.version
            ),
            "revoke with a 'modified' later than the last version",
        ));
    }
    None
}

fn refuse(new: &New<'_>, code: &'static str, path: &str, message: String, help: &str) -> Admission {
    Admission::Refused(Problem::error(code, Place::path(path).object(new.id), message).help(help))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Admission, Known, New, admit};
    use crate::time::Timestamp;

    const ID: &str = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

    fn known(second: i64, content: u8, creator: Option<&'static str>, revoked: bool) -> Known<'static> {
        Known {
            version: Timestamp::from_seconds(second),
            digest: [content; 32],
            created_by: creator,
            created: Some(Timestamp::from_seconds(0)),
            revoked,
        }
    }

    fn new(of: Known<'static>) -> New<'static> {
        New {
            id: ID,
            version: Some(of.version),
            digest: of.digest,
            created_by: of.created_by,
            created: of.created,
            revoked: of.revoked,
        }
    }

    fn code(admission: Admission) -> &'static str {
        match admission {
            Admission::New => "new",
            Admission::Unchanged => "unchanged",
            Admission::Refused(problem) => problem.code,
        }
    }

    #[test]
    fn follows_the_table() {
        let there = [known(10, 1, Some("identity--a"), false)];
        let cases = [
            (known(10, 1, Some("identity--a"), false), "unchanged"),
            (known(10, 2, Some("identity--a"), false), "version-conflict"),
            (known(20, 2, Some("identity--a"), false), "new"),
            (known(5, 2, Some("identity--a"), false), "new"),
            (known(20, 2, Some("identity--b"), false), "version-foreign-creator"),
            (known(20, 2, None, false), "version-foreign-creator"),
            (known(20, 2, Some("identity--a"), true), "new"),
            (known(5, 2, Some("identity--a"), true), "version-after-revocation"),
            (
                Known {
                    created: Some(Timestamp::from_seconds(3)),
                    ..known(20, 2, Some("identity--a"), false)
                },
                "new",
            ),
        ];
        for (case, expected) in cases {
            assert_eq!(code(admit(&there, &new(case))), expected, "{case:?}");
        }
        let moved = Known {
            created: Some(Timestamp::from_seconds(3)),
            ..known(20, 2, None, false)
        };
        assert_eq!(
            code(admit(&[known(10, 1, None, false)], &new(moved))),
            "version-created-changed"
        );
        let moved = Known {
            created_by: Some("identity--a"),
            ..moved
        };
        let marking = New {
            id: "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            ..new(moved)
        };
        assert_eq!(code(admit(&there, &marking)), "version-created-changed");
        let revoked = [known(10, 1, None, true)];
        assert_eq!(
            code(admit(&revoked, &new(known(20, 2, None, false)))),
            "version-after-revocation"
        );
        assert_eq!(code(admit(&revoked, &new(known(5, 2, None, false)))), "new");
        assert_eq!(code(admit(&[], &new(known(5, 2, None, true)))), "new");
    }

    #[test]
    fn takes_each_content_of_an_object_without_versions() {
        let there = [known(10, 1, None, false)];
        let observable = |content| New {
            version: None,
            ..new(known(0, content, None, false))
        };
        assert_eq!(code(admit(&there, &observable(1))), "unchanged");
        assert_eq!(code(admit(&there, &observable(2))), "new");
    }

    fn any_version() -> impl Strategy<Value = Known<'static>> {
        let creators = prop_oneof![Just(None), Just(Some("identity--a")), Just(Some("identity--b"))];
        (0_i64..6, 0_u8..3, creators, any::<bool>(), 0_i64..2).prop_map(
            |(second, content, creator, revoked, created)| Known {
                created: Some(Timestamp::from_seconds(created)),
                ..known(second, content, creator, revoked)
            },
        )
    }

    proptest! {
        #[test]
        fn whatever_arrives_in_whatever_order_the_kept_versions_obey_the_rules(
            arrivals in prop::collection::vec(any_version(), 0..24),
        ) {
            let mut kept: Vec<Known<'static>> = Vec::new();
            for arrival in arrivals {
                if admit(&kept, &new(arrival)) == Admission::New {
                    kept.push(arrival);
                    prop_assert_eq!(admit(&kept, &new(arrival)), Admission::Unchanged);
                }
            }
            for (at, one) in kept.iter().enumerate() {
                for other in &kept[at + 1..] {
                    prop_assert_ne!(one.version, other.version);
                    prop_assert_eq!(one.created_by, other.created_by);
                    prop_assert!(one.created == other.created || one.created_by.is_some());
                    prop_assert!(!one.revoked || one.version > other.version);
                    prop_assert!(!other.revoked || other.version > one.version);
                }
            }
        }
    }
}
