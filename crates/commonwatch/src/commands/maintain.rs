//! `commonwatch backup`, `restore` and `doctor`.

use serde_json::json;
use store::{DATABASE_FILE, FindingSeverity, Location, Store};

use crate::cli::{BackupArgs, Global, RestoreArgs};
use crate::config::Config;
use crate::context::{Create, Local, exists, ledger_key, location, options, private_directory};
use crate::failure::{self, Failure};
use crate::output::Output;

/// Copies the store to a file while it is in use.
pub async fn backup(local: &Local, args: &BackupArgs, output: Output) -> Result<(), Failure> {
    local.node.store().backup(&args.output).await?;
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
    Store::restore(&args.input, &to, options(Create::Yes, ledger_key(&global.data)?)).await?;
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

/// Looks for damage and says what to do.
pub async fn doctor(local: &Local, output: Output) -> Result<(), Failure> {
    let findings = local.node.store().doctor().await?;
    for finding in &findings {
        let word = match finding.severity {
            FindingSeverity::Error => "damage",
            FindingSeverity::Warning => "warning",
            FindingSeverity::Note => "note",
        };
        if output.is_json() {
            output.json_line(finding);
        } else {
            output.line(&format!("{word}: {}\n  help: {}", finding.what, finding.help));
        }
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
