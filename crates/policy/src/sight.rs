//! The one rule of sight: may this principal see what this audience may see?
//!
//! | marking | named members | member of an addressed community | client of such a member | everybody |
//! |---|---|---|---|---|
//! | TLP:RED | yes | no | no | no |
//! | TLP:AMBER+STRICT | yes | yes | no | no |
//! | TLP:AMBER | yes, and their clients | yes | yes | no |
//! | TLP:GREEN | yes, and their clients | yes | yes | no |
//! | TLP:CLEAR | yes, and their clients | yes | yes | yes |
//!
//! Where members are named, the columns to the right of the first are closed: naming narrows. PAP does not hide an
//! object; it limits what may be done with it ([`crate::Action::Use`]).

use stix::marking::Tlp;

use crate::audience::Audience;
use crate::principal::Principal;

/// Says whether `principal` may see objects of `audience`.
pub fn may_see(principal: &Principal, audience: &Audience) -> bool {
    let reaches_clients = audience.tlp() <= Tlp::Amber;
    if !audience.named().is_empty() {
        let named = principal
            .member
            .is_some_and(|member| audience.named().contains(&member));
        let client_of_named = reaches_clients && !audience.named().is_disjoint(&principal.providers);
        return named || client_of_named;
    }
    match audience.tlp() {
        Tlp::Clear => true,
        Tlp::Green | Tlp::Amber | Tlp::AmberStrict => {
            !audience.communities().is_disjoint(&principal.communities)
                || (reaches_clients && !audience.communities().is_disjoint(&principal.provider_communities))
        }
        Tlp::Red => false,
    }
}
