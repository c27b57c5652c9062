//! The command line as a person meets it: every command, option and help text, from which manual and completions are made.

pub mod bridge;
pub mod commitment;
pub mod matching;
pub mod membership;
pub mod misp;
pub mod proposal;
pub mod public;
pub mod recall;
pub mod saved_search;
pub mod scorecard;
pub mod sign_in;
pub mod webhook;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use webhook::WebhookCommand;

/// The common watch: share threat information under rules that hold, act on it at home, prove every exchange.
#[derive(Debug, Parser)]
#[command(name = "commonwatch", version, propagate_version = true, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  done, but something was found or refused (match, check, share, doctor, ledger verify)
  2  the command line or an input is wrong
  3  not allowed, or not there
  4  not available now; the same command may work later
  5  a fault of the program";

/// Options of every command; in the help they stand behind those of the command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Directory in which the node keeps everything
    #[arg(
        long,
        global = true,
        display_order = 100,
        env = "COMMONWATCH_HOME",
        value_name = "DIR",
        default_value = "commonwatch-data"
    )]
    pub data: PathBuf,
    /// Print JSON instead of text for people
    #[arg(long, global = true, display_order = 101)]
    pub json: bool,
    /// Act as this login (the operator where none is given)
    #[arg(
        id = "as",
        long = "as",
        global = true,
        display_order = 102,
        value_name = "LOGIN",
        default_value = "operator"
    )]
    pub login: String,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a node with a sample partnership, to look around
    Demo(DemoArgs),
    /// Run a node: TAXII 2.1 and the JSON API, subscriptions and pushes
    Serve(ServeArgs),
    /// Share a file, or standard input, in any supported format
    Share(ShareArgs),
    /// Fetch regularly from elsewhere: TAXII, MISP, lists, a folder
    #[command(subcommand)]
    Subscribe(SubscribeCommand),
    /// Push regularly to another node, a TAXII 2.1 collection or a MISP server
    #[command(subcommand)]
    Push(PushCommand),
    /// Move from MISP, and load its vocabularies: taxonomies, galaxies, templates
    #[command(subcommand)]
    Misp(misp::MispCommand),
    /// Agree with a partner hub what passes between your communities and theirs
    #[command(subcommand)]
    Bridge(bridge::BridgeCommand),
    /// Write what may be seen in a tool's format, whole or since a cursor
    Export(ExportArgs),
    /// Convert a file to another format; needs no node
    Convert(ConvertArgs),
    /// Check a file or a pattern and say where it is wrong; needs no node
    Check(CheckArgs),
    /// Look for indicators in logs, traffic and files; needs no node
    Match(Box<matching::MatchArgs>),
    /// Look for indicators in the logs of the past, by indexes beside them; needs no node
    Hunt(Box<matching::HuntArgs>),
    /// See how often indicators or rules would have fired on past logs; needs no node
    Backtest(Box<matching::BacktestArgs>),
    /// Compile what is looked for, and ask why a value is or is not; needs no node
    #[command(subcommand)]
    Watchlist(matching::WatchlistCommand),
    /// Find objects by value, by words, by what they are
    Search(SearchArgs),
    /// Searches that you keep, and what is new of each
    #[command(subcommand)]
    SavedSearch(saved_search::SavedSearchCommand),
    /// Show an object, its versions, origin and neighbours
    Show(ShowArgs),
    /// What is told of what was seen here, and feedback on what others shared
    #[command(subcommand)]
    Sighting(SightingCommand),
    /// Who owes what to whom by when: acknowledge, act, answer; and what became of it
    #[command(subcommand)]
    Commitment(commitment::CommitmentCommand),
    /// Invite organisations to the partnership
    #[command(subcommand)]
    Invite(membership::InviteCommand),
    /// Take back, correct or narrow what was shared, and answer recalls
    #[command(subcommand)]
    Recall(recall::RecallCommand),
    /// What became of an item, what others may read of it, your member's own numbers
    #[command(subcommand)]
    Receipts(recall::ReceiptsCommand),
    /// Numbers of your member and of all others together; the yearly report
    #[command(subcommand)]
    Scorecard(scorecard::ScorecardCommand),
    /// Ask a community, answer, close
    #[command(subcommand)]
    Request(recall::RequestCommand),
    /// Members of the partnership and their people
    #[command(subcommand)]
    Member(MemberCommand),
    /// Communities and who is in them
    #[command(subcommand)]
    Community(CommunityCommand),
    /// Keys and client certificates
    #[command(subcommand)]
    Key(KeyCommand),
    /// Where people are signed in
    #[command(subcommand)]
    Session(sign_in::SessionCommand),
    /// How people sign in: second factors, passkeys, accounts at identity providers
    #[command(subcommand)]
    Factor(sign_in::FactorCommand),
    /// What takes two people: propose, confirm, refuse
    #[command(subcommand)]
    Proposal(proposal::ProposalCommand),
    /// What everybody may see and say: publish advice, answer reports
    #[command(subcommand)]
    Public(public::PublicCommand),
    /// Have your programs told what is new: signed messages to an address
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// What is kept of people: the record of processing, a person's data, erasing them
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// Lists of values known to be harmless
    #[command(subcommand)]
    Warninglist(WarninglistCommand),
    /// The ledger: checkpoints, receipts, verification
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Copy the store to a file while it is in use
    Backup(BackupArgs),
    /// Put a backup in place of the store
    Restore(RestoreArgs),
    /// Look for damage and say what to do
    Doctor,
    /// Print shell completions
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Write the manual pages
    Man {
        /// Directory to write them to
        directory: PathBuf,
    },
}

/// `commonwatch demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:6100", value_name = "ADDRESS:PORT")]
    pub listen: String,
    /// Prepare everything, print what to try, and stop
    #[arg(long)]
    pub prepare_only: bool,
}

/// `commonwatch serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen on; overrides the configuration
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Name of the organisation that runs this node, when it is started for the first time
    #[arg(long, default_value = node::walk::NAME_OF_FIRST_START, value_name = "NAME")]
    pub organisation: String,
    /// Use this PostgreSQL database instead of the embedded one, when it is started for the first time
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Serve TLS with a certificate made for a first try
    #[arg(long)]
    pub self_signed: bool,
}

/// How what is shared is to be handled.
#[derive(Clone, Debug, Args)]
pub struct HandlingArgs {
    /// Community to share with (alias); may be given several times
    #[arg(long = "community", short = 'c', value_name = "ALIAS")]
    pub communities: Vec<String>,
    /// Member to narrow it to; may be given several times
    #[arg(long = "to", value_name = "MEMBER")]
    pub named: Vec<String>,
    /// Marking for what has none, and a limit for what has one: clear, green, amber, amber+strict, red
    #[arg(long, value_name = "TLP")]
    pub tlp: Option<String>,
    /// Permitted actions for what has none: clear, green, amber, red
    #[arg(long, value_name = "PAP")]
    pub pap: Option<String>,
    /// Keep our name in the hub's own record only
    #[arg(long)]
    pub anonymous: bool,
}

/// `commonwatch share`
#[derive(Debug, Args)]
pub struct ShareArgs {
    /// Files to share, or directories of MISP feeds; - for standard input
    #[arg(required_unless_present = "preview", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How it is to be handled.
    #[command(flatten)]
    pub handling: HandlingArgs,
    /// Share nothing; say who would read it, and what stands against it
    #[arg(long)]
    pub preview: bool,
    /// Share in the name of this member, which asked for it
    #[arg(long, value_name = "NAME")]
    pub on_behalf: Option<String>,
}

/// `commonwatch subscribe`
#[derive(Debug, Subcommand)]
pub enum SubscribeCommand {
    /// Add a subscription; it is previewed first unless --no-preview is given
    Add(SubscribeAddArgs),
    /// Fetch once without storing and say what would come
    Preview(SubscribeAddArgs),
    /// List subscriptions with their last result
    List,
    /// Run one now
    Run {
        /// Its name
        name: String,
    },
    /// End one; what came by it stays
    Remove {
        /// Its name
        name: String,
    },
}

/// What it takes to get into another system.
#[derive(Clone, Debug, Args)]
pub struct AccessArgs {
    /// Login for Basic authentication; the password is read from --secret-file
    #[arg(long, value_name = "LOGIN")]
    pub login: Option<String>,
    /// File that holds the password, bearer token or MISP key; it is read anew at each run
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Proxy, as in http://192.0.2.1:3128
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// File with the certificates to trust, PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// A further setting of docs/guide/subscriptions.md, as in page_size=500; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

/// What a subscription needs.
#[derive(Clone, Debug, Args)]
pub struct SubscribeAddArgs {
    /// A name for it
    pub name: String,
    /// Where it is: an http(s) address, or a folder
    pub url: String,
    /// What is there: taxii21, taxii20, misp-feed, misp-server, list, folder
    #[arg(long, value_name = "KIND", default_value = "taxii21")]
    pub kind: String,
    /// Community that gets it (alias)
    #[arg(long, short = 'c', value_name = "ALIAS")]
    pub community: String,
    /// Marking for what has none
    #[arg(long, default_value = "green", value_name = "TLP")]
    pub tlp: String,
    /// Permitted actions for what has none
    #[arg(long, default_value = "clear", value_name = "PAP")]
    pub pap: String,
    /// How often, as in 15m, 1h, 1d
    #[arg(long, default_value = "1h", value_name = "TIME")]
    pub every: String,
    /// What it takes to get in.
    #[command(flatten)]
    pub access: AccessArgs,
    /// The most bytes one answer may have, in MiB
    #[arg(long, default_value_t = 256, value_name = "MIB")]
    pub size_limit: u64,
    /// Add it without looking first
    #[arg(long)]
    pub no_preview: bool,
}

/// `commonwatch push`
#[derive(Debug, Subcommand)]
pub enum PushCommand {
    /// Add a peer
    Add(Box<PushAddArgs>),
    /// List peers with their backlog and last result
    List,
    /// Push to one now
    Run {
        /// Its name
        name: String,
    },
    /// Remove one
    Remove {
        /// Its name
        name: String,
    },
}

/// What a peer needs.
#[derive(Debug, Args)]
pub struct PushAddArgs {
    /// A name for it
    pub name: String,
    /// Address of the TAXII 2.1 collection, as in https://hub.example/commonwatch/collections/ID/, or of the MISP server
    pub url: String,
    /// What is there: taxii, misp
    #[arg(long, value_name = "KIND", default_value = "taxii")]
    pub kind: String,
    /// The member that stands for it here; it gets what that member may see
    #[arg(long, value_name = "MEMBER")]
    pub member: String,
    /// Only what is shared with this community (alias)
    #[arg(long, short = 'c', value_name = "ALIAS")]
    pub community: Option<String>,
    /// How often, as in 15m, 1h, 1d
    #[arg(long, default_value = "15m", value_name = "TIME")]
    pub every: String,
    /// What it takes to get in.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// `commonwatch export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Format to write (see --formats)
    #[arg(long, short, default_value = "stix", value_name = "FORMAT")]
    pub format: String,
    /// File or, for formats of several files, directory to write to; standard output where none is given
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Only what was shared with this community (alias)
    #[arg(long, short = 'c', value_name = "ALIAS")]
    pub community: Option<String>,
    /// Only the change since this cursor (printed by the export before)
    #[arg(long, value_name = "CURSOR")]
    pub since: Option<String>,
    /// Leave out indicators whose score now is below this (0 to 100)
    #[arg(long, default_value_t = 0, value_name = "SCORE", value_parser = clap::value_parser!(u8).range(..=100))]
    pub least_score: u8,
    /// List the formats
    #[arg(long)]
    pub formats: bool,
}

/// `commonwatch convert`
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// File to read, found by content; - for standard input
    pub input: PathBuf,
    /// Format to write
    #[arg(long, short, default_value = "stix", value_name = "FORMAT")]
    pub to: String,
    /// File or directory to write to; standard output where none is given
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// `commonwatch check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files to check; - for standard input
    #[arg(value_name = "FILE", required_unless_present = "pattern")]
    pub files: Vec<PathBuf>,
    /// A STIX pattern to check
    #[arg(long, value_name = "PATTERN")]
    pub pattern: Option<String>,
    /// Show warnings too
    #[arg(long)]
    pub warnings: bool,
}

/// `commonwatch search`
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// A value (address, domain, hash, URL, defanged or not) or words; also type: tlp: sector: from: technique: since:
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Only objects of this type; may be given several times
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// How many at the most
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}

/// `commonwatch show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// STIX identifier
    pub id: String,
    /// Print the object's exact text and nothing else
    #[arg(long)]
    pub body: bool,
}

/// `commonwatch sighting`
#[derive(Debug, Subcommand)]
pub enum SightingCommand {
    /// Show what is told of sightings to whom, or choose it for a community
    Rule(RuleArgs),
    /// List the sightings that wait for an answer, with what exactly would be told
    Pending,
    /// Tell one that waits
    Confirm {
        /// Its name
        id: String,
        /// A form that tells as much as the rule or less: full, sector, count
        #[arg(long, value_name = "FORM")]
        form: Option<String>,
    },
    /// Keep one that waits at home
    Decline {
        /// Its name
        id: String,
    },
    /// Tell those an indicator came from that it is a false positive, or over
    Report(ReportArgs),
    /// List what others say of what your member shared
    Feedback,
    /// Close and tell what is over now; 'commonwatch serve' does it by itself
    Send,
}

/// A rule.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// The community (alias), or 'default' for all that have no rule of their own
    #[arg(requires = "form")]
    pub community: Option<String>,
    /// What is told: full, sector, count, never
    pub form: Option<String>,
    /// Ask a person first; this is so where nothing is said
    #[arg(long, conflicts_with = "automatic")]
    pub ask: bool,
    /// Tell it without asking
    #[arg(long)]
    pub automatic: bool,
    /// Over which time hits are counted into one sighting, as in 15m, 1h, 1d
    #[arg(long, default_value = "1h", value_name = "TIME")]
    pub window: String,
    /// Let one log line go along; only with the form full
    #[arg(long)]
    pub log_line: bool,
}

/// Feedback.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct ReportArgs {
    /// STIX identifier of the indicator
    pub id: String,
    /// It matches what is harmless
    #[arg(long, group = "what")]
    pub false_positive: bool,
    /// It was true and is over
    #[arg(long, group = "what")]
    pub expired: bool,
    /// Why; those who have the indicator read it
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Keep our name in the hub's own record only
    #[arg(long)]
    pub anonymous: bool,
}

/// `commonwatch member`
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// List members
    List,
    /// Take in a member
    Add {
        /// Its name
        name: String,
        /// government, cert, city, operator, technology-company, research, university
        #[arg(long, default_value = "operator")]
        kind: String,
        /// Sector (STIX vocabulary); may be given several times
        #[arg(long = "sector")]
        sectors: Vec<String>,
        /// Country (ISO 3166-1 alpha-2); may be given several times
        #[arg(long = "country")]
        countries: Vec<String>,
        /// The member whose client it is
        #[arg(long)]
        client_of: Option<String>,
    },
    /// Let a member's people sign in no longer
    Suspend {
        /// Its name
        name: String,
    },
    /// Let a suspended member's people sign in again
    Resume {
        /// Its name
        name: String,
    },
    /// Give a person of a member an account; prints the password once
    Person {
        /// The member's name
        member: String,
        /// What the person types to sign in
        login: String,
        /// The person's name
        #[arg(long)]
        name: Option<String>,
        /// reader, contributor, analyst, coordinator, operator
        #[arg(long, default_value = "analyst")]
        role: String,
        /// Read the password from this file instead of making one
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Say where and how a person is told of what is due
    Notices {
        /// What the person types to sign in
        login: String,
        /// Where e-mail reaches them; without it, nothing is sent
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// at-once, daily or none
        #[arg(long, default_value = "at-once", value_name = "HOW")]
        how: String,
    },
    /// Give a person a new password; the old one ends at once. Prints it once
    Password {
        /// What the person types to sign in
        login: String,
        /// Read the password from this file instead of making one
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// How they come in, stay reachable and go.
    #[command(flatten)]
    More(membership::MemberMore),
}

/// `commonwatch community`
#[derive(Debug, Subcommand)]
pub enum CommunityCommand {
    /// List communities
    List,
    /// Make a community
    Add {
        /// Its name in addresses: a-z, 0-9 and hyphens
        alias: String,
        /// The name shown
        #[arg(long)]
        title: String,
        /// What it is for
        #[arg(long)]
        purpose: String,
        /// The member accountable for it (your own where none is given)
        #[arg(long)]
        owner: Option<String>,
        /// Marking of what comes in without one
        #[arg(long, default_value = "green")]
        default_tlp: String,
        /// The strictest marking that it takes
        #[arg(long, default_value = "red")]
        strictest_tlp: String,
        /// Hide its members from each other
        #[arg(long)]
        hide_members: bool,
    },
    /// Take a member in, or change what it may do there
    Join {
        /// The community (alias)
        community: String,
        /// The member
        member: String,
        /// It may read only
        #[arg(long)]
        read_only: bool,
        /// It runs the community
        #[arg(long)]
        coordinates: bool,
    },
    /// Take a member out
    Leave {
        /// The community (alias)
        community: String,
        /// The member
        member: String,
    },
    /// How they are run.
    #[command(flatten)]
    More(membership::CommunityMore),
}

/// `commonwatch privacy`
#[derive(Debug, Subcommand)]
pub enum PrivacyCommand {
    /// What personal data is kept where, what for, and how long
    Record,
    /// Everything that is kept of a person, as JSON
    Export {
        /// Their login
        login: String,
    },
    /// Take out who a person is; it cannot be taken back
    Erase {
        /// Their login
        login: String,
        /// Their login again, to be sure
        #[arg(long, value_name = "LOGIN")]
        again: String,
    },
}

/// `commonwatch key`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key; prints it once
    Add {
        /// What to call it
        label: String,
        /// For whom (login); yourself where none is given
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
        /// It may only read
        #[arg(long)]
        read_only: bool,
        /// What it is for, as in share; everything you may where none is given
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// When it ends, as in 90d
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// Network it may be used from, as in 192.0.2.0/24; may be given several times
        #[arg(long = "from", value_name = "NETWORK")]
        addresses: Vec<String>,
    },
    /// Let a client certificate (PEM) sign in
    Certificate {
        /// The certificate
        file: PathBuf,
        /// What to call it
        #[arg(long, default_value = "certificate")]
        label: String,
        /// For whom (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
    /// List keys and certificates
    List {
        /// Whose (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
    /// End a key
    Revoke {
        /// Its number
        number: i64,
        /// Whose it is (login)
        #[arg(long = "for", value_name = "LOGIN")]
        person: Option<String>,
    },
}

/// `commonwatch warninglist`
#[derive(Debug, Subcommand)]
pub enum WarninglistCommand {
    /// List them
    List,
    /// Add lists in MISP's format, or replace those of the same name
    Add {
        /// Files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Take one away
    Remove {
        /// Its name
        name: String,
    },
    /// Let one flag nothing for now, built-in ones too
    Disable {
        /// Its name
        name: String,
    },
    /// Put one in force again
    Enable {
        /// Its name
        name: String,
    },
}

/// `commonwatch ledger`
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Print the signed checkpoint of the log as it stands
    Checkpoint,
    /// Print your member's receipts, one JSON object a line
    Receipts {
        /// From this position on
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many at the most
        #[arg(long, default_value_t = 1000)]
        limit: usize,
    },
    /// Write the log for offline verification: commitments of all, entries of your member opened
    Export {
        /// File to write
        output: PathBuf,
    },
    /// Print the public key with which checkpoints and receipts are verified
    PublicKey,
    /// Verify an export or a receipt; needs no node
    Verify {
        /// The export or receipt
        file: PathBuf,
        /// The node's public key, from another source than the file
        #[arg(long, value_name = "KEY")]
        key: String,
        /// A checkpoint that was kept earlier: the log must have grown from it
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
    },
    /// Count your member's own numbers again from its receipts or an export; needs no node
    Recount {
        /// The receipts or export
        file: PathBuf,
        /// The node's public key: then the file is verified first
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
}

/// `commonwatch backup`
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// File to write
    pub output: PathBuf,
}

/// `commonwatch restore`
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Backup to read
    pub input: PathBuf,
    /// Replace a store that is there
    #[arg(long)]
    pub replace: bool,
}
