//! `commonwatch misp`: what comes from MISP.

use std::path::PathBuf;

use clap::Subcommand;

/// What to do with what comes from MISP.
#[derive(Debug, Subcommand)]
pub enum MispCommand {
    /// Load taxonomies, galaxies, warninglists, noticelists, object templates and decaying models from a folder
    Import {
        /// Checkout of one of MISP's repositories of vocabularies, or a folder with several
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}
