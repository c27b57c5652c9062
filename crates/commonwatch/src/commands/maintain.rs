//! `commonwatch backup`, `restore` and `doctor`.

use serde_json::json;
use store::{DATABASE_FILE, ErrorKind, FindingSeverity, Location, Store};

use crate::cli::{BackupArgs, Global, RestoreArgs};
use crate::config::Config;
use crate::context::{Create, LEDGER_KEY, Local, exists, ledger_key, location, options, private_directory};
use crate::failure::{self, Failure};
use crate::output::Output;

/// Copies the store to a file while it is in use.
pub async fn backup(local: &Local, args: &BackupArgs, output: Output) -> Result<(), Failure> {
    local.node.store().backup(&args.output).await?;
    // The page of the node and the first steps show how old the last one is.
    local.node.backup_note(&args.output).await?;
    if output.is_json() {
        output.json_line(&json!({ "backup": args.output }));
    }
    output.say(&format!(
        "the store is in {}; keep {}/ledger.key with it, without it the node cannot sign under its name",
        args.output.display(),
        local.data.display()
    ));
    Ok(())
}

/// Puts a backup in place of the store.
pub async fn restore(global: &Global, args: &RestoreArgs, output: Output) -> Result<(), Failure> {
    let config = Config::read(&global.data)?;
    let to = location(&global.data, &config);
    if matches!(to, Location::Sqlite(_)) && global.data.join(DATABASE_FILE).exists() && !args.replace {
        let message = format!("there is a store in {}", global.data.display());
        return Err(Failure::input(message).help("stop the node and give --replace; what is there is kept beside it"));
    }
    // Looked at before anything is made or moved.
    std::fs::File::open(&args.input).map_err(|error| failure::file("read", &args.input, &error))?;
    private_directory(&global.data)?;
    let is_new = !exists(&global.data);
    let key = ledger_key(&global.data)?;
    if let Err(error) = Store::restore(&args.input, &to, options(Create::Yes, key)).await {
        if is_new {
            // It would look like the node's own at the next try.
            let _ = std::fs::remove_file(global.data.join(LEDGER_KEY));
        }
        let named = format!("{}: ", args.input.display());
        let what = error.what().strip_prefix(&named).unwrap_or(error.what());
        let message = format!("{} was not restored: {what}", args.input.display());
        return Err(match error.kind() {
            ErrorKind::Ours => Failure::input(message).help("take an earlier backup; nothing was replaced"),
            _ => Failure::from(error),
        });
    }
    if output.is_json() {
        output.json_line(&json!({ "restored": args.input }));
    }
    output.say("the backup was checked and is in place");
    if is_new {
        output.say(&format!(
            "{}/ledger.key was not there and is new: the node signs under a new name. If you kept the old key with the \
             backup, put it there before you serve",
            global.data.display()
        ));
    }
    Ok(())
}

/// Looks for damage and says what to do; a store that cannot even be opened is a finding.
pub async fn doctor_from(global: &Global, output: Output) -> Result<(), Failure> {
    let local = match Local::open(global, Create::No).await {
        Ok(local) => local,
        Err(failure) if failure.is_ours() => {
            let what = failure.message().to_owned();
            let help = "stop the node, then restore the last backup with 'commonwatch restore FILE --replace'; what is \
                        there is kept beside it";
            tell(
                "damage",
                &json!({ "severity": "error", "what": what, "help": help }),
                &what,
                help,
                output,
            );
            return Err(Failure::found());
        }
        Err(failure) => return Err(failure),
    };
    let outcome = doctor(&local, output).await;
    local.node.store().clone().close().await;
    outcome
}

fn tell(word: &str, json: &impl serde::Serialize, what: &str, help: &str, output: Output) {
    if output.is_json() {
        output.json_line(json);
    } else {
        output.line(&format!("{word}: {what}\n  help: {help}"));
    }
}

async fn doctor(local: &Local, output: Output) -> Result<(), Failure> {
    let findings = local.node.store().doctor().await?;
    for finding in &findings {
        let word = match finding.severity {
            FindingSeverity::Error => "damage",
            FindingSeverity::Warning => "warning",
            FindingSeverity::Note => "note",
        };
        tell(word, finding, &finding.what, &finding.help, output);
    }
    if findings
        .iter()
        .any(|finding| finding.severity == FindingSeverity::Error)
    {
        return Err(Failure::found());
    }
    output.say("the store is sound");
    Ok(())
}
