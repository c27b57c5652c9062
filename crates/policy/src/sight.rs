//! The one rule of sight: may this principal see what this audience may see?
//!
//! | marking | those addressed | their clients | everybody |
//! |---|---|---|---|
//! | TLP:RED (names somebody always) | yes | no | no |
//! | TLP:AMBER+STRICT | yes | no | no |
//! | TLP:AMBER | yes | yes | no |
//! | TLP:GREEN | yes | yes | no |
//! | TLP:CLEAR | yes | yes | yes, unless members are named |
//!
//! Addressed are the members of the communities, or the named members, or, where there are both, the named members of
//! the communities: naming narrows. A provider reaches its client where the provider itself is addressed.
//!
//! A key that is not for reading sees nothing ([`crate::Scope::Read`]).
//!
//! FIRST TLP 2.0 speaks of clients under AMBER only. GREEN reaches them too, because the colours are a scale: if AMBER
//! went further than GREEN, marking an object up from GREEN to AMBER would show it to somebody new. PAP does not hide
//! an object; it limits what may be done with it ([`crate::Action::Use`]).

use std::collections::BTreeSet;

use stix::marking::Tlp;

use crate::audience::Audience;
use crate::principal::{CommunityId, Principal};
use crate::scope::Scope;

/// Says whether `principal` may see objects of `audience`.
pub fn may_see(principal: &Principal, audience: &Audience) -> bool {
    if !principal.scopes.has(Scope::Read) {
        return false;
    }
    let (communities, named) = (audience.communities(), audience.named());
    if audience.tlp() == Tlp::Clear && named.is_empty() {
        return true;
    }
    let Some(member) = principal.member else {
        return false;
    };
    let addressed = |stands_in: &BTreeSet<CommunityId>| communities.is_empty() || !communities.is_disjoint(stands_in);
    if (named.is_empty() || named.contains(&member)) && addressed(&principal.communities) {
        return true;
    }
    let reaches_clients = audience.tlp() <= Tlp::Amber;
    let provider_named = named.is_empty() || !named.is_disjoint(&principal.providers);
    reaches_clients && !principal.providers.is_empty() && provider_named && addressed(&principal.provider_communities)
}
