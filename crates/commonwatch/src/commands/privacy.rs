//! `commonwatch privacy`: the record of processing, what is kept of a person, erasing one.

use serde_json::json;
use server::api::settings::RetentionView;

use crate::cli::{Global, PrivacyCommand};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// Does what was asked of personal data.
pub async fn run(local: &Local, global: &Global, command: PrivacyCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        PrivacyCommand::Record => {
            let chosen = local.node.chosen();
            let rules = RetentionView::from(chosen.retention);
            if output.is_json() {
                output.json_line(&json!({ "node": chosen.title, "contact": chosen.contact, "retention": rules }));
            } else {
                let contact = chosen.contact.as_deref().unwrap_or("nobody is named: set 'contact'");
                output.line(&format!("{}\n  whom to write to: {contact}", printable(&chosen.title)));
                output.line(&format!(
                    "forgotten by itself, after days: sessions {}, invitations {}, proposals {}, notices {}, transfers {}, \
                     reports {} (0: never)",
                    rules.sessions, rules.invitations, rules.proposals, rules.notices, rules.transfers, rules.reports
                ));
            }
            for kept in local.node.privacy_record(&caller)? {
                if output.is_json() {
                    output.json_line(&json!({
                        "table": kept.table, "data": kept.data, "purpose": kept.purpose, "kept": kept.kept, "erased": kept.erased,
                    }));
                    continue;
                }
                output.line(&format!(
                    "{}: {}\n  purpose: {}\n  kept: {}\n  when the person is erased: {}",
                    kept.table, kept.data, kept.purpose, kept.kept, kept.erased
                ));
            }
            for one in local.node.privacy_recipients(&caller).await? {
                if output.is_json() {
                    output.json_line(&json!({
                        "recipients": one.category, "data": one.data, "purpose": one.purpose, "names": one.names,
                        "countries": one.countries,
                    }));
                    continue;
                }
                output.line(&format!(
                    "received by {}: {}\n  purpose: {}",
                    one.category, one.data, one.purpose
                ));
                for (what, who) in [("who", one.names), ("countries", one.countries)] {
                    if !who.is_empty() {
                        output.line(&format!("  {what}: {}", printable(&who.join(", "))));
                    }
                }
            }
            Ok(())
        }
        PrivacyCommand::Export { login } => {
            output.json_line(&local.node.person_data(&caller, &login).await?);
            Ok(())
        }
        PrivacyCommand::Erase { login, again } => {
            let pseudonym = local.node.person_erase(&caller, &login, &again).await?;
            if output.is_json() {
                output.json_line(&json!({ "pseudonym": pseudonym }));
            }
            output.say(&format!("{login} is erased; what they did stays under '{pseudonym}'"));
            Ok(())
        }
    }
}
