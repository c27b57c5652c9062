//! `commonwatch misp`: what comes from MISP.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with what comes from MISP.
#[derive(Debug, Subcommand)]
pub enum MispCommand {
    /// Load taxonomies, galaxies, warninglists, noticelists, object templates and decaying models from a folder
    Import {
        /// Checkout of one of MISP's repositories of vocabularies, or a folder with several
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Move a MISP instance here, or a dump of its events
    Migrate(Box<MispMigrateArgs>),
}

/// What a migration needs.
#[derive(Debug, Args)]
pub struct MispMigrateArgs {
    /// Address of the instance, or a file or folder with its events or its feed
    #[arg(long, value_name = "URL or PATH")]
    pub from: String,
    /// File that holds the key of an account there; one of an administrator brings people too
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Community that gets what is for "this community", "connected" and "all" there (alias)
    #[arg(long, short = 'c', value_name = "ALIAS")]
    pub community: String,
    /// Let events that say no distribution go there too; without this they go to your own member only
    #[arg(long)]
    pub unsaid_to_community: bool,
    /// Go on where a migration from there broke off
    #[arg(long)]
    pub resume: bool,
    /// Events asked for in one list
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
    pub page_size: u32,
    /// The most that one event or file may have, in MiB
    #[arg(long, default_value_t = 256, value_name = "MIB")]
    pub size_limit: u64,
    /// Events that are compared field by field at the end
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub samples: usize,
    /// Proxy, as in http://192.0.2.1:3128
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// File with the certificates to trust, PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}
