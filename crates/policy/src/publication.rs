//! What may stand on the public pages: one rule, asked when an item is published and again each time it is shown.
//!
//! | marking | may be published |
//! |---|---|
//! | TLP:CLEAR, no member named, PAP:CLEAR or PAP:GREEN | yes, once an operator says so ([`crate::Action::Publish`]) |
//! | TLP:CLEAR, PAP:AMBER or PAP:RED | no: whoever is looked for would read that they are |
//! | TLP:CLEAR, narrowed to named members | no: it was meant for them |
//! | any other colour | no |
//!
//! So nothing is public by its colour alone: TLP:CLEAR says that it may be, and somebody decides that it shall.

use stix::marking::{Pap, Tlp};

use crate::audience::Audience;

/// Whether what this audience may see may be told to everybody on the public pages.
pub fn may_be_published(audience: &Audience) -> bool {
    audience.tlp() == Tlp::Clear && audience.named().is_empty() && audience.pap() <= Pap::Green
}
