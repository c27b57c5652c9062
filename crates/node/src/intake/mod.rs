//! The only way in: bytes become objects, objects become contributions, contributions are stored or refused by name.
//!
//! ```text
//! bytes -> formats -> upgrade, check -> mark, audience -> observables, edges, score -> store (grouped commits, ledger)
//! ```
//!
//! Nothing is lost silently: each item ends as accepted, unchanged or refused with reason and place, and a broken item
//! never spoils those beside it. Memory is bounded by one batch, whatever the size of the input.

mod creator;
mod envelope;
mod handling;
mod markings;
mod prepare;
mod report;
mod share;

pub(crate) use creator::{Identities, WITHHELD, names_the_sharer};
pub use handling::{Handling, Marked};
pub use prepare::{examine, placed};
pub use report::{ItemResult, ItemState, Report};
pub use share::ShareRequest;
