//! What becomes of one contribution, given what is stored of its object: pure, the same for both databases.
//!
//! | stored before | answer |
//! |---|---|
//! | the same content, from this member to this audience | unchanged |
//! | anything of this object from this member to this audience, and the new one's times are made up | unchanged |
//! | versions that the member may see, which the new one breaks a rule of (`stix::version::admit`) | refused; unchanged where its times are made up |
//! | anything else, also the same content from or to somebody else | stored |
//!
//! Only what the contributing member may see can refuse it: a refusal tells what is there, and a stranger could otherwise
//! occupy an identifier unseen.

use policy::{AudienceId, MemberId, Viewer};
use stix::Timestamp;
use stix::version::{Admission, Known, New, admit};

use super::{Contribution, Outcome};

/// A stored row of the same object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) added: i64,
    pub(super) version: i64,
    pub(super) digest: [u8; 32],
    pub(super) created: Option<i64>,
    pub(super) created_by: Option<String>,
    pub(super) revoked: bool,
    pub(super) member: MemberId,
    pub(super) audience: AudienceId,
}

/// What is stored of an object, as far as the answer depends on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// The version that nothing supersedes; none: the object is new here.
    pub(super) latest: Option<i64>,
    /// Whether any row has the same version.
    pub(super) repeat: bool,
    /// Of the rows of the same version: the one from this member to this audience, and one that the member may see.
    pub(super) same: Vec<Stored>,
    /// The earliest and the latest row that the contributing member may see. By the rules themselves no other row can
    /// refuse what these two do not.
    pub(super) witnesses: Vec<Stored>,
    /// Where the times are made up: a row of the object from this member to this audience.
    pub(super) own: Option<i64>,
}

/// How a row is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placing {
    pub(super) repeat: bool,
    pub(super) follows: bool,
    pub(super) superseded: bool,
    /// The version of the object that nothing supersedes from now on, where that changes.
    pub(super) latest: Option<i64>,
    /// The rows of this version are superseded from now on.
    pub(super) supersedes: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    Store(Placing),
    Answer(Outcome),
}

/// The version key of a contribution: its instant, or, where it has no versions, a negative number made from its content,
/// so that the same content is the same version.
pub(super) fn version_key(contribution: &Contribution) -> i64 {
    match contribution.version {
        Some(version) => version.micros(),
        None => {
            let head = contribution.digest.first_chunk::<8>();
            head.map_or(0, |head| i64::from_be_bytes(*head)) | i64::MIN
        }
    }
}

/// Decides.
pub(super) fn weigh(
    before: &Before,
    new: &Contribution,
    member: MemberId,
    audience: AudienceId,
    sight: &Viewer,
) -> Verdict {
    let Some(latest) = before.latest else {
        return Verdict::Store(Placing {
            repeat: false,
            follows: false,
            superseded: false,
            latest: Some(version_key(new)),
            supersedes: None,
        });
    };
    let unchanged = |added: i64| {
        Verdict::Answer(Outcome::Unchanged {
            added: Timestamp::from_micros(added),
        })
    };
    if let Some(own) = before.own {
        return unchanged(own);
    }
    let own = |row: &&Stored| row.member == member && row.audience == audience;
    if let Some(own) = before.same.iter().filter(own).find(|row| row.digest == new.digest) {
        return unchanged(own.added);
    }
    let sees = |row: &&Stored| row.member == member || sight.sees(row.audience);
    let visible = before.same.iter().chain(&before.witnesses).filter(sees);
    let known: Vec<Known<'_>> = visible.map(known).collect();
    let arrives = New {
        id: &new.id,
        version: new.version,
        digest: new.digest,
        created_by: new.created_by.as_deref(),
        created: new.created,
        revoked: new.revoked,
    };
    // Unchanged against somebody else's row is a contribution of its own.
    if let Admission::Refused(problem) = admit(&known, &arrives) {
        // Made-up times claim no version: what the member can see of the object stands, and nothing was broken.
        let seen = before.same.iter().chain(&before.witnesses).find(sees);
        return match seen {
            Some(seen) if !new.dated => unchanged(seen.added),
            _ => Verdict::Answer(Outcome::Refused(problem)),
        };
    }
    Verdict::Store(placing(latest, new, before.repeat))
}

fn known(row: &Stored) -> Known<'_> {
    Known {
        version: Timestamp::from_micros(row.version),
        digest: row.digest,
        created_by: row.created_by.as_deref(),
        created: row.created.map(Timestamp::from_micros),
        revoked: row.revoked,
    }
}

fn placing(latest: i64, new: &Contribution, repeat: bool) -> Placing {
    let version = version_key(new);
    let unversioned = new.version.is_none();
    let moves = match unversioned {
        // The content that came last is the latest.
        true => version != latest,
        false => version > latest,
    };
    Placing {
        repeat,
        follows: true,
        // Kinds of keys do not compare, so where they meet readers look for themselves.
        superseded: !moves && version != latest || (version < 0) != (latest < 0),
        latest: moves.then_some(version),
        supersedes: moves.then_some(latest),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use policy::{Audience, AudienceId, MemberId, Principal, Viewer};
    use stix::Timestamp;
    use stix::marking::{Pap, Tlp};

    use super::{Before, Placing, Stored, Verdict, version_key, weigh};
    use crate::contribution::{Contribution, Outcome};

    const OURS: AudienceId = AudienceId(1);
    const THEIRS: AudienceId = AudienceId(2);

    fn sight() -> Viewer {
        let everybody = Audience::new(Tlp::Clear, Pap::Clear, [policy::CommunityId(1)], []).unwrap();
        Viewer::resolve(Arc::new(Principal::public()), [(OURS, &everybody)])
    }

    fn contribution(version: Option<i64>, content: u8) -> Contribution {
        Contribution {
            body: "{}".to_owned(),
            id: "malware--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3".to_owned(),
            object_type: "malware".to_owned(),
            spec_version: "2.1".to_owned(),
            version: version.map(Timestamp::from_micros),
            version_text: String::new(),
            created: None,
            created_by: None,
            revoked: false,
            digest: [content; 32],
            audience: Audience::new(Tlp::Clear, Pap::Clear, [policy::CommunityId(1)], []).unwrap(),
            dated: true,
            title: None,
            text: None,
            observables: Vec::new(),
            edges: Vec::new(),
            indicator: None,
            warnings: Vec::new(),
        }
    }

    fn stored(version: i64, content: u8, member: i64, audience: AudienceId) -> Stored {
        Stored {
            added: 100,
            version,
            digest: [content; 32],
            created: None,
            created_by: None,
            revoked: false,
            member: MemberId(member),
            audience,
        }
    }

    fn before(latest: i64, same: Vec<Stored>, witnesses: Vec<Stored>) -> Before {
        Before {
            latest: Some(latest),
            repeat: !same.is_empty(),
            same,
            witnesses,
            own: None,
        }
    }

    fn verdict(before: &Before, new: &Contribution) -> Verdict {
        weigh(before, new, MemberId(1), OURS, &sight())
    }

    fn placed(verdict: Verdict) -> Placing {
        match verdict {
            Verdict::Store(placing) => placing,
            Verdict::Answer(answer) => panic!("{answer:?}"),
        }
    }

    #[test]
    fn the_same_from_the_same_member_to_the_same_audience_is_unchanged() {
        let there = before(5, vec![stored(5, 1, 1, OURS)], Vec::new());
        let answer = verdict(&there, &contribution(Some(5), 1));
        let added = Timestamp::from_micros(100);
        assert_eq!(answer, Verdict::Answer(Outcome::Unchanged { added }));
    }

    #[test]
    fn the_same_from_another_member_is_a_contribution_of_its_own() {
        let there = before(5, vec![stored(5, 1, 2, OURS)], Vec::new());
        let placing = placed(verdict(&there, &contribution(Some(5), 1)));
        assert!(placing.repeat && placing.follows && !placing.superseded);
    }

    #[test]
    fn what_the_member_cannot_see_does_not_refuse_it() {
        let conflict = contribution(Some(5), 2);
        let hidden = before(5, vec![stored(5, 1, 2, THEIRS)], Vec::new());
        assert!(placed(verdict(&hidden, &conflict)).repeat);
        let seen = before(5, vec![stored(5, 1, 2, OURS)], Vec::new());
        let Verdict::Answer(Outcome::Refused(problem)) = verdict(&seen, &conflict) else {
            panic!("stored in spite of a conflict");
        };
        assert_eq!(problem.code, "version-conflict");
    }

    #[test]
    fn a_later_version_supersedes_and_an_older_one_is_superseded() {
        let there = before(5, Vec::new(), vec![stored(5, 1, 1, OURS)]);
        let later = placed(verdict(&there, &contribution(Some(6), 2)));
        assert_eq!(
            (later.supersedes, later.latest, later.superseded),
            (Some(5), Some(6), false)
        );
        let older = placed(verdict(&there, &contribution(Some(4), 2)));
        assert_eq!((older.supersedes, older.latest, older.superseded), (None, None, true));
    }

    #[test]
    fn made_up_times_make_no_new_version() {
        let there = Before {
            own: Some(100),
            ..before(5, Vec::new(), Vec::new())
        };
        let undated = Contribution {
            dated: false,
            ..contribution(Some(9), 7)
        };
        assert!(matches!(
            verdict(&there, &undated),
            Verdict::Answer(Outcome::Unchanged { .. })
        ));
    }

    #[test]
    fn each_content_without_versions_supersedes_the_other() {
        let (one, other) = (contribution(None, 1), contribution(None, 2));
        assert!(version_key(&one) < 0 && version_key(&one) != version_key(&other));
        let there = before(version_key(&one), Vec::new(), Vec::new());
        let placing = placed(verdict(&there, &other));
        assert_eq!(placing.supersedes, Some(version_key(&one)));
        assert!(!placing.superseded && !placing.repeat);
    }
}
