//! `commonwatch bridge`.

use clap::{Args, Subcommand};

use super::AccessArgs;

/// `commonwatch bridge`
#[derive(Debug, Subcommand)]
pub enum BridgeCommand {
    /// Propose a bridge to the hub that a member stands for, or other terms for one that is there
    Propose(Box<BridgeProposeArgs>),
    /// Accept what the other hub proposed; 'show' says what that is
    Accept(Box<BridgeAcceptArgs>),
    /// List bridges, and how each goes
    List,
    /// Show one: the terms, who agreed to them and when, what passed last
    Show {
        /// Its name
        name: String,
    },
    /// Carry what waits now
    Run {
        /// Its name
        name: String,
    },
    /// Let nothing pass for now but recalls; nothing is lost
    Pause {
        /// Its name
        name: String,
    },
    /// Let one go on that was paused here
    Resume {
        /// Its name
        name: String,
    },
    /// End one at once; the other hub is told
    End {
        /// Its name
        name: String,
    },
}

/// What a bridge needs.
#[derive(Debug, Args)]
pub struct BridgeProposeArgs {
    /// A name for it
    pub name: String,
    /// Address of the other hub, as in https://hub.example/
    pub url: String,
    /// The member that stands for the other hub here; what it may not see does not pass
    #[arg(long, value_name = "MEMBER")]
    pub member: String,
    /// Our community, and theirs into which it goes, by alias; may be repeated
    #[arg(long, value_name = "OURS=THEIRS")]
    pub send: Vec<String>,
    /// Our community, and theirs from which it comes; may be repeated
    #[arg(long, value_name = "OURS=THEIRS")]
    pub take: Vec<String>,
    /// Our community and theirs, both ways; may be repeated
    #[arg(long, value_name = "OURS=THEIRS")]
    pub both: Vec<String>,
    /// The strictest colour that passes: clear, green, amber, amber+strict
    #[arg(long, default_value = "green", value_name = "TLP")]
    pub tlp: String,
    /// The strictest permitted actions that pass
    #[arg(long, default_value = "amber", value_name = "PAP")]
    pub pap: String,
    /// Let the receiving hub pass it on over other bridges
    #[arg(long)]
    pub onward: bool,
    /// Name the contributors to the other side; without this they stay unnamed
    #[arg(long)]
    pub named: bool,
    /// Hubs that an item may have passed when it arrives
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    pub hops: u8,
    /// Take back what has passed when the bridge ends
    #[arg(long)]
    pub withdraw_at_end: bool,
    /// How often, as in 1m, 15m, 1h
    #[arg(long, default_value = "1m", value_name = "TIME")]
    pub every: String,
    /// What it takes to get in.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// What consent needs.
#[derive(Debug, Args)]
pub struct BridgeAcceptArgs {
    /// Its name
    pub name: String,
    /// The version that you have read
    #[arg(long, value_name = "NUMBER")]
    pub terms: i64,
    /// Address of the other hub; as before where none is given
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// How often, as in 1m, 15m, 1h
    #[arg(long, value_name = "TIME")]
    pub every: Option<String>,
    /// What it takes to get in.
    #[command(flatten)]
    pub access: AccessArgs,
}
