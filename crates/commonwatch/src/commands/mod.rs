//! One module for each command; here the command line is handed to it.

mod bridge;
mod charter;
mod check;
mod commitment;
mod community;
mod convert;
mod demo;
mod export;
mod find;
mod input;
mod key;
mod ledger;
mod maintain;
mod manual;
mod matching;
mod member;
mod membership;
mod misp;
mod misp_migrate;
mod pages;
mod privacy;
mod proposal;
mod public;
mod push;
mod recall;
mod receipts;
mod request;
mod saved_search;
mod scorecard;
mod serve;
mod share;
mod sighting;
mod sign_in;
mod subscribe;
mod warninglist;
mod webhook;

pub use key::duration;
pub use serve::start_log;

use crate::cli::{Cli, Command, Global};
use crate::context::{Create, Local, block_on};
use crate::failure::Failure;
use crate::output::Output;

/// Does what the command line asks.
pub fn run(cli: Cli, output: Output) -> Result<(), Failure> {
    let global = &cli.global;
    match cli.command {
        Command::Check(args) => check::run(&args, output),
        Command::Convert(args) => convert::run(&args, output),
        Command::Match(args) => matching::run(global, &args, output),
        Command::Hunt(args) => matching::hunt(global, &args, output),
        Command::Backtest(args) => matching::backtest(global, &args, output),
        Command::Watchlist(command) => matching::watchlist(global, command, output),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { directory } => manual::pages(&directory, output),
        Command::Demo(args) => block_on(demo::run(global, &args, output)),
        Command::Serve(args) => block_on(serve::run(global, &args, output)),
        Command::Restore(args) => block_on(maintain::restore(global, &args, output)),
        Command::Doctor => block_on(maintain::doctor_from(global, output)),
        Command::Ledger(crate::cli::LedgerCommand::Verify { file, key, since }) => {
            ledger::verify(&file, &key, since.as_deref(), output)
        }
        Command::Ledger(crate::cli::LedgerCommand::Recount { file, key }) => {
            if let Some(key) = key {
                ledger::verify(&file, &key, None, output)?;
            }
            receipts::recount(&file, output)
        }
        other => block_on(with_node(other, global, output)),
    }
}

/// The commands that work on the node of the data directory, whether it is being served or not.
async fn with_node(command: Command, global: &Global, output: Output) -> Result<(), Failure> {
    let local = Local::open(global, Create::No).await?;
    let work = async {
        match command {
            Command::Share(args) => share::run(&local, global, args, output).await,
            Command::Subscribe(command) => subscribe::run(&local, global, command, output).await,
            Command::Push(command) => push::run(&local, global, command, output).await,
            Command::Bridge(command) => bridge::run(&local, global, command, output).await,
            Command::Export(args) => export::run(&local, global, args, output).await,
            Command::Search(args) => find::search(&local, global, args, output).await,
            Command::Show(args) => find::show(&local, global, args, output).await,
            Command::Sighting(command) => sighting::run(&local, global, command, output).await,
            Command::Commitment(command) => commitment::run(&local, global, command, output).await,
            Command::Invite(command) => membership::invite(&local, global, command, output).await,
            Command::Recall(command) => recall::run(&local, global, command, output).await,
            Command::Receipts(command) => receipts::run(&local, global, command, output).await,
            Command::Scorecard(command) => scorecard::run(&local, global, command, output).await,
            Command::Request(command) => request::run(&local, global, command, output).await,
            Command::Member(command) => member::run(&local, global, command, output).await,
            Command::Community(command) => community::run(&local, global, command, output).await,
            Command::Key(command) => key::run(&local, global, command, output).await,
            Command::Session(command) => sign_in::session(&local, global, command, output).await,
            Command::Factor(command) => sign_in::factor(&local, global, command, output).await,
            Command::Proposal(command) => proposal::run(&local, global, command, output).await,
            Command::Public(command) => public::run(&local, global, command, output).await,
            Command::SavedSearch(command) => saved_search::run(&local, global, command, output).await,
            Command::Webhook(command) => webhook::run(&local, global, command, output).await,
            Command::Privacy(command) => privacy::run(&local, global, command, output).await,
            Command::Misp(command) => misp::run(&local, global, command, output).await,
            Command::Warninglist(command) => warninglist::run(&local, global, command, output).await,
            Command::Ledger(command) => ledger::run(&local, global, command, output).await,
            Command::Backup(args) => maintain::backup(&local, &args, output).await,
            // Taken by `run` before a node is opened.
            Command::Check(_)
            | Command::Match(_)
            | Command::Hunt(_)
            | Command::Backtest(_)
            | Command::Watchlist(_)
            | Command::Convert(_)
            | Command::Completions { .. }
            | Command::Man { .. }
            | Command::Demo(_)
            | Command::Serve(_)
            | Command::Doctor
            | Command::Restore(_) => Ok(()),
        }
    };
    let outcome = work.await;
    local.node.store().clone().close().await;
    outcome
}
