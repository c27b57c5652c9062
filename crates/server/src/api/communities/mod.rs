//! How communities are run: charter, moderation, preview, handing over, speaking for another; data sets for research.

pub mod charter;
pub mod data_sets;
pub mod handover;
pub mod moderation;
pub mod preview;
