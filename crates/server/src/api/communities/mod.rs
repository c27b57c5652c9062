//! How communities are run: charter, moderation, preview, handing over, speaking for another; data sets for research.

pub mod charter;
pub mod data_sets;
pub mod handover;
pub mod moderation;
pub mod preview;

use policy::{Action, decide};

use super::partnership::refused;
use crate::asked::Asked;
use crate::problem::Fault;

fn must(asked: &Asked, action: Action) -> Result<(), Fault> {
    decide(&asked.caller().principal, action).map_err(refused)
}
