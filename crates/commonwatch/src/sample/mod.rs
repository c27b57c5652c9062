//! The sample partnership of `commonwatch demo`: five organisations, three communities, five stories.
//!
//! Written by us, about nobody: every address is of RFC 5737 or RFC 3849, every name of RFC 2606, every hash is computed
//! from the name of its story. The same time gives the same objects, so that loading it twice changes nothing.

mod build;

mod stories;

pub use build::identity;
use stix::Timestamp;
use stix::marking::Tlp;
use store::MemberKind;

/// An organisation of the sample.
pub struct SampleMember {
    /// Its short name: the login of its analyst begins with it.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: MemberKind,
    /// Its sectors, in the words of the STIX industry-sector vocabulary.
    pub sectors: &'static [&'static str],
    /// The short name of the member whose client it is.
    pub provider: Option<&'static str>,
}

/// A community of the sample.
pub struct SampleCommunity {
    /// Its name in addresses.
    pub alias: &'static str,
    /// The name shown.
    pub title: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Short name of the member accountable for it.
    pub owner: &'static str,
    /// Short names of the other members.
    pub members: &'static [&'static str],
    /// The marking of what comes in without one.
    pub default_tlp: Tlp,
}

/// What one member shares with one audience.
pub struct SampleShare {
    /// Short name of the member that shares.
    pub by: &'static str,
    /// The community it is for.
    pub community: &'static str,
    /// Short names of the members it is narrowed to.
    pub named: &'static [&'static str],
    /// Its marking.
    pub tlp: Tlp,
    /// Whether the member's name is withheld.
    pub withheld: bool,
    /// A STIX bundle.
    pub bundle: String,
}

/// The members.
pub const MEMBERS: [SampleMember; 5] = [
    SampleMember {
        key: "cert",
        name: "National CERT of Exampleland",
        kind: MemberKind::Cert,
        sectors: &["government-national"],
        provider: None,
    },
    SampleMember {
        key: "water",
        name: "Example River Water",
        kind: MemberKind::Operator,
        sectors: &["utilities"],
        provider: Some("tech"),
    },
    SampleMember {
        key: "city",
        name: "City of Exampleton",
        kind: MemberKind::City,
        sectors: &["government-local"],
        provider: None,
    },
    SampleMember {
        key: "hospital",
        name: "Exampleton General Hospital",
        kind: MemberKind::Operator,
        sectors: &["healthcare"],
        provider: None,
    },
    SampleMember {
        key: "tech",
        name: "Example Control Systems",
        kind: MemberKind::TechnologyCompany,
        sectors: &["technology", "manufacturing"],
        provider: None,
    },
];

/// The communities.
pub const COMMUNITIES: [SampleCommunity; 3] = [
    SampleCommunity {
        alias: "exampleland",
        title: "Exampleland common watch",
        purpose: "What everybody who keeps Exampleland running should know",
        owner: "cert",
        members: &["water", "city", "hospital", "tech"],
        default_tlp: Tlp::Green,
    },
    SampleCommunity {
        alias: "water-energy",
        title: "Water and energy",
        purpose: "Threats to the control systems of water and energy supply",
        owner: "water",
        members: &["cert", "tech"],
        default_tlp: Tlp::Amber,
    },
    SampleCommunity {
        alias: "health",
        title: "Hospitals and public health",
        purpose: "Threats to care: ransomware, imaging systems, suppliers",
        owner: "hospital",
        members: &["cert", "city"],
        default_tlp: Tlp::Amber,
    },
];

/// Everything that is shared, as of a time.
pub fn shares(now: Timestamp) -> Vec<SampleShare> {
    stories::ALL.iter().map(|story| build::share(story, now)).collect()
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::{COMMUNITIES, MEMBERS, shares};

    fn objects(bundle: &str) -> Vec<serde_json::Value> {
        let bundle: serde_json::Value = serde_json::from_str(bundle).unwrap();
        bundle["objects"].as_array().unwrap().clone()
    }

    #[test]
    fn every_object_is_good_stix() {
        let mut count = 0;
        for share in shares(Timestamp::from_seconds(1_790_000_000)) {
            for object in objects(&share.bundle) {
                let text = object.to_string();
                let problems = stix::check::check(stix::Object::parse(&text).unwrap().map());
                assert!(problems.is_empty(), "{text}: {problems:?}");
                count += 1;
            }
        }
        assert!(count >= 300, "a few hundred objects, not {count}");
    }

    #[test]
    fn nobody_real_is_named() {
        for share in shares(Timestamp::from_seconds(1_790_000_000)) {
            for object in objects(&share.bundle) {
                let text = object.to_string();
                let parsed = stix::Object::parse(&text).unwrap();
                for observable in stix::observable::extract(parsed.map()) {
                    let value = observable.value.as_str();
                    let documentation = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
                    let reserved = [".example", "example.com", "example.net", "example.org"];
                    let is_hash = value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
                    let fine = is_hash
                        || documentation.iter().any(|network| value.contains(network))
                        || reserved.iter().any(|name| value.contains(name))
                        || value.starts_with("CVE-2099-")
                        || ["file-name", "mutex", "registry-key", "user-agent"].contains(&observable.kind.as_str());
                    assert!(fine, "{} {value}", observable.kind.as_str());
                }
            }
        }
    }

    #[test]
    fn the_same_time_gives_the_same_objects() {
        let bundles = |seconds| {
            shares(Timestamp::from_seconds(seconds))
                .into_iter()
                .map(|share| share.bundle)
                .collect::<Vec<_>>()
        };
        assert_eq!(bundles(1_790_000_000), bundles(1_790_000_000));
    }

    #[test]
    fn shares_name_members_and_communities_that_are_there() {
        let member = |key: &str| MEMBERS.iter().any(|member| member.key == key);
        for share in shares(Timestamp::from_seconds(1_790_000_000)) {
            let community = COMMUNITIES
                .iter()
                .find(|community| community.alias == share.community)
                .unwrap();
            assert!(
                community.owner == share.by || community.members.contains(&share.by),
                "{}",
                share.by
            );
            assert!(member(share.by) && share.named.iter().all(|named| member(named)));
        }
    }
}
