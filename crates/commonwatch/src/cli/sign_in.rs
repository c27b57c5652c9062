//! The commands for how people sign in: their sessions, second factors, passkeys, and accounts at identity providers.

use clap::Subcommand;

/// `commonwatch session`
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// List sessions that are not over
    List {
        /// Whose (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
    /// End a session, or all
    End {
        /// Its number
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        number: Option<i64>,
        /// All of them
        #[arg(long)]
        all: bool,
        /// Whose (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
}

/// `commonwatch factor`
#[derive(Debug, Subcommand)]
pub enum FactorCommand {
    /// Show second factor, passkeys and accounts at identity providers
    Show {
        /// Whose (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
    /// Make a secret for your authenticator; prints it once
    Enrol,
    /// Let it count from now on, with a code of it; prints recovery codes once
    Confirm {
        /// Six digits
        code: String,
    },
    /// Remove your second factor, with a code of it or a recovery code
    Remove {
        /// Six digits, or a recovery code
        code: String,
    },
    /// Take the second factor of somebody away who lost it; their sessions end
    Reset {
        /// Their login
        login: String,
    },
    /// Remove a passkey; sessions of its person end
    RemovePasskey {
        /// Its number
        number: i64,
        /// Whose (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
    /// Offer somebody to tie their account at an identity provider; prints the token once
    Offer {
        /// Their login
        login: String,
        /// The provider's name, as in commonwatch.toml
        provider: String,
    },
    /// Untie an account at an identity provider; sessions of its person end
    Unlink {
        /// Its number
        number: i64,
        /// Whose (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
}
