//! `commonwatch webhook`: where your member's programs are told what is new.

use node::webhooks::{WebhookShown, WebhookWish};
use serde_json::json;

use super::pages::{PAGE, all};
use crate::cli::Global;
use crate::cli::webhook::WebhookCommand;
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// Messages of a webhook that are shown, the last ones.
const LISTED: usize = 100;

/// Does what was asked of webhooks.
pub async fn run(local: &Local, global: &Global, command: WebhookCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    match command {
        WebhookCommand::Add { url, kinds } => {
            let (secret, made) = node.webhook_make(&caller, WebhookWish { url, kinds }).await?;
            let terms = &made.hook.terms;
            if output.is_json() {
                output
                    .json_line(&json!({ "id": terms.uuid, "url": terms.url, "kinds": terms.kinds, "secret": secret }));
            }
            output.say(&format!("webhook {}", terms.uuid));
            output.say(&format!("secret of its signatures, shown this once: {secret}"));
            output.say("a served node posts to it from now on; docs/guide/api.md says how to verify a message");
        }
        WebhookCommand::List => {
            let read = async |before| node.webhooks(&caller, before, PAGE).await;
            let found = all(read, |shown| shown.hook.id).await?;
            for shown in &found {
                if output.is_json() {
                    let (hook, terms) = (&shown.hook, &shown.hook.terms);
                    output.json_line(&json!({
                        "id": terms.uuid, "url": terms.url, "kinds": terms.kinds, "enabled": hook.enabled,
                        "waiting": shown.waiting, "last_sent": hook.last_sent,
                        "failing_since": hook.failing_since, "last_error": hook.last_error,
                    }));
                }
            }
            if !output.is_json() {
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                output.table(&["id", "address", "waiting", "state"], &rows);
            }
        }
        WebhookCommand::Show { webhook } => {
            let messages = node.webhook_messages(&caller, webhook, None, LISTED).await?;
            let mut rows = Vec::new();
            for message in messages {
                let state = match (message.sent, message.next_try) {
                    (Some(at), _) => format!("arrived {at}"),
                    (None, Some(at)) => format!("next try {at}"),
                    (None, None) => "given up".to_owned(),
                };
                let why = printable(message.last_error.as_deref().unwrap_or_default());
                if output.is_json() {
                    output.json_line(&json!({
                        "id": message.uuid, "kind": message.kind, "made": message.made, "state": state,
                        "attempts": message.attempts, "last_error": message.last_error,
                    }));
                }
                rows.push(vec![
                    message.made.to_string(),
                    message.kind,
                    message.attempts.to_string(),
                    state,
                    why,
                ]);
            }
            if !output.is_json() {
                output.table(&["written", "kind", "tries", "state", "last error"], &rows);
            }
        }
        WebhookCommand::Test { webhook } => {
            node.webhook_test(&caller, webhook).await?;
            output.say("a test message is in its outbox; 'commonwatch webhook show' says what became of it");
        }
        WebhookCommand::Rotate { webhook, keep_hours } => {
            let (secret, made) = node.webhook_rotate(&caller, webhook, keep_hours).await?;
            let until = made.hook.before.as_ref().map(|(_, until)| until);
            if output.is_json() {
                output.json_line(&json!({ "id": webhook, "secret": secret, "secret_before_until": until }));
            }
            output.say(&format!("the new secret of its signatures, shown this once: {secret}"));
            if let Some(until) = until.filter(|_| keep_hours > 0) {
                output.say(&format!("messages are signed with the secret before too until {until}"));
            }
        }
        WebhookCommand::Enable { webhook } => {
            node.webhook_change(&caller, webhook, None, Some(true)).await?;
            output.say("it is posted to again, with what waited");
        }
        WebhookCommand::Disable { webhook } => {
            node.webhook_change(&caller, webhook, None, Some(false)).await?;
            output.say("nothing is posted to it");
        }
        WebhookCommand::Remove { webhook } => {
            node.webhook_delete(&caller, webhook).await?;
            output.say("the webhook is gone, with what waited");
        }
    }
    Ok(())
}

fn row(shown: &WebhookShown) -> Vec<String> {
    let hook = &shown.hook;
    let why = hook.last_error.as_deref().unwrap_or_default();
    let state = match (hook.enabled, hook.failing_since) {
        (false, _) => format!("off {}", printable(why)),
        (true, Some(since)) => format!("failing since {since}: {}", printable(why)),
        (true, None) => "works".to_owned(),
    };
    vec![
        hook.terms.uuid.to_string(),
        hook.terms.url.clone(),
        shown.waiting.to_string(),
        state,
    ]
}
