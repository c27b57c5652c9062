//! `commonwatch warninglist`: lists of values known to be harmless.

use serde_json::json;

use crate::cli::{Global, WarninglistCommand};
use crate::context::Local;
use crate::failure::{self, Failure};
use crate::output::Output;

/// Does what was asked of warninglists.
pub async fn run(local: &Local, global: &Global, command: WarninglistCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        WarninglistCommand::List => {
            let lists = local.node.warninglists();
            let rows: Vec<Vec<String>> = lists
                .lists()
                .iter()
                .map(|list| {
                    vec![
                        list.name.clone(),
                        list.entries.to_string(),
                        list.version.to_string(),
                        if list.enabled { "in force" } else { "disabled" }.to_owned(),
                        list.description.clone(),
                    ]
                })
                .collect();
            if output.is_json() {
                for list in lists.lists() {
                    output.json_line(&json!({ "name": list.name, "entries": list.entries, "version": list.version, "enabled": list.enabled }));
                }
            } else {
                output.table(&["list", "entries", "version", "state", "description"], &rows);
            }
            Ok(())
        }
        WarninglistCommand::Add { files } => {
            let mut refused = 0;
            for file in files {
                let text = match std::fs::read_to_string(&file) {
                    Ok(text) => text,
                    Err(error) => {
                        refused += 1;
                        output.failure(&failure::file("read", &file, &error));
                        continue;
                    }
                };
                match local.node.warninglist_keep(&caller, &text).await {
                    Ok(name) => output.say(&format!("{}: '{name}' is in force", file.display())),
                    Err(node::Error::Input(mut problem)) => {
                        refused += 1;
                        problem.place.file = Some(file.display().to_string());
                        output.problems(&[*problem]);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            local.node.warninglists_follow().await?;
            if refused == 0 { Ok(()) } else { Err(Failure::found()) }
        }
        WarninglistCommand::Disable { name } => {
            local.node.warninglist_switch(&caller, &name, false).await?;
            output.say(&format!("'{name}' flags nothing until it is enabled again"));
            Ok(())
        }
        WarninglistCommand::Enable { name } => {
            local.node.warninglist_switch(&caller, &name, true).await?;
            output.say(&format!("'{name}' is in force"));
            Ok(())
        }
        WarninglistCommand::Remove { name } => {
            local.node.warninglist_delete(&caller, &name).await?;
            output.say(&format!("'{name}' is no longer in force"));
            Ok(())
        }
    }
}
