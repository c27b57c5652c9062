//! A second opinion on sight, written down from FIRST TLP 2.0 without a look at the crate's own rule.

use policy::{Audience, MemberId, Principal};
use stix::marking::Tlp;

/// Goes through the places an object travels to: the contributor's choice of recipients first, then what the colour lets
/// each recipient do with it.
pub fn may_see(who: &Principal, audience: &Audience) -> bool {
    let is_recipient = |member: MemberId, stands_in: &dyn Fn() -> bool| {
        let chosen = audience.named().is_empty() || audience.named().iter().any(|named| *named == member);
        chosen && (audience.communities().is_empty() || stands_in())
    };
    let receives = who.member.is_some_and(|member| {
        is_recipient(member, &|| {
            audience.communities().iter().any(|one| who.communities.contains(one))
        })
    });
    let provider_receives = who.member.is_some()
        && who.providers.iter().any(|provider| {
            is_recipient(*provider, &|| {
                audience
                    .communities()
                    .iter()
                    .any(|one| who.provider_communities.contains(one))
            })
        });
    match audience.tlp() {
        // For the eyes and ears of individual recipients only.
        Tlp::Red => receives && !audience.named().is_empty(),
        // To the recipient's organisation only.
        Tlp::AmberStrict => receives,
        // To the recipient's organisation and its clients; what may go further goes there too.
        Tlp::Amber | Tlp::Green => receives || provider_receives,
        // To the world, so far as the contributor did not choose recipients by name.
        Tlp::Clear => receives || provider_receives || audience.named().is_empty(),
    }
}
