//! `commonwatch session` and `commonwatch factor`: how people sign in, and where they are signed in.

use node::{Caller, SignInError};
use policy::PersonId;
use serde_json::json;
use stix::Timestamp;
use store::{CredentialId, LinkId, PasskeyId};

use super::key::whose;
use crate::cli::Global;
use crate::cli::sign_in::{FactorCommand, SessionCommand};
use crate::context::Local;
use crate::failure::{Failure, Kind};
use crate::output::Output;

/// What a person is told of a code that was not taken.
fn refused(error: SignInError) -> Failure {
    match error {
        SignInError::Store(error) => error.into(),
        SignInError::TooManyFailures { .. } => Failure::new(Kind::Unavailable, error.to_string()),
        other => Failure::new(Kind::Refused, other.to_string()),
    }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_string())
}

/// Does what was asked of sessions.
pub async fn session(local: &Local, global: &Global, command: SessionCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        SessionCommand::List { person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            let mut rows = Vec::new();
            for one in local.node.sessions(&caller, owner).await? {
                if output.is_json() {
                    output.json_line(&json!({
                        "number": one.id.0, "began": one.created, "network": one.network, "last_used": one.last_used,
                        "expires": one.expires, "ends": one.ends, "proven": one.proven,
                    }));
                }
                let network = one.network.unwrap_or_default();
                let (began, used, expires) = (one.created.to_string(), time(one.last_used), time(one.expires));
                rows.push(vec![one.id.0.to_string(), began, network, used, expires]);
            }
            if !output.is_json() {
                output.table(&["number", "began", "from", "last used", "over unless used"], &rows);
            }
            Ok(())
        }
        SessionCommand::End {
            number: Some(number),
            person,
            ..
        } => {
            let owner = whose(local, global, person.as_deref()).await?;
            local.node.session_end(&caller, owner, CredentialId(number)).await?;
            output.say(&format!("session {number} is refused from the next request on"));
            Ok(())
        }
        SessionCommand::End { person, .. } => {
            let owner = whose(local, global, person.as_deref()).await?;
            let ended = local.node.session_end_all(&caller, owner).await?;
            if output.is_json() {
                output.json_line(&json!({ "ended": ended }));
            }
            output.say(&format!("{ended} sessions are refused from the next request on"));
            Ok(())
        }
    }
}

/// Does what was asked of second factors, passkeys and links.
pub async fn factor(local: &Local, global: &Global, command: FactorCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    match command {
        FactorCommand::Show { person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            return show(local, &caller, owner, output).await;
        }
        FactorCommand::Enrol => {
            let made = node.factor_enrol(&caller).await?;
            if output.is_json() {
                output.json_line(&json!({ "secret": made.secret, "address": made.address }));
            }
            output.say(&format!("secret, shown this once: {}", made.secret));
            output.say(&format!("the same for a picture: {}", made.address));
            output.say("it counts once you confirm it: commonwatch factor confirm CODE");
        }
        FactorCommand::Confirm { code } => {
            let codes = node.factor_confirm(&caller, &code).await.map_err(refused)?;
            if output.is_json() {
                output.json_line(&json!({ "recovery_codes": codes }));
            }
            output.say("from now on a session needs a code; recovery codes, shown this once, each good once:");
            codes.iter().for_each(|code| output.say(&format!("  {code}")));
        }
        FactorCommand::Remove { code } => {
            node.factor_remove(&caller, &code).await.map_err(refused)?;
            output.say("the second factor is gone: the password alone lets in again");
        }
        FactorCommand::Reset { login } => {
            let owner = whose(local, global, Some(&login)).await?;
            node.factor_reset(&caller, owner).await?;
            output.say(&format!("{login} has no second factor any more, and no session"));
        }
        FactorCommand::RemovePasskey { number, person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            node.passkey_remove(&caller, owner, PasskeyId(number)).await?;
            output.say(&format!("passkey {number} lets nobody in any more"));
        }
        FactorCommand::Offer { login, provider } => {
            let made = node.link_offer(&caller, &login, &provider).await?;
            if output.is_json() {
                output.json_line(&json!({ "token": made.token, "expires": made.expires }));
            }
            output.say(&format!(
                "offer to {login}, shown this once, until {}: {}",
                made.expires, made.token
            ));
            match &local.config.public_url {
                Some(base) => output.say(&format!(
                    "in a browser they open {}/sign-in?offer={} and choose the button of {provider}",
                    base.trim_end_matches('/'),
                    made.token
                )),
                None => output.say("set public-url in commonwatch.toml: without it nobody comes back from a provider"),
            }
        }
        FactorCommand::Unlink { number, person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            node.link_remove(&caller, owner, LinkId(number)).await?;
            output.say(&format!("account {number} lets nobody in any more"));
        }
    }
    Ok(())
}

async fn show(local: &Local, caller: &Caller, owner: PersonId, output: Output) -> Result<(), Failure> {
    let state = local.node.factor_state(caller, owner).await?;
    let passkeys = local.node.passkeys(caller, owner).await?;
    let links = local.node.links(caller, owner).await?;
    if output.is_json() {
        let keys = passkeys.iter().map(|key| {
            json!({ "number": key.id.0, "name": key.terms.name, "host": key.terms.rp_id, "last_used": key.last_used })
        });
        let tied = links.iter().map(|link| {
            json!({ "number": link.id.0, "provider": link.terms.provider, "subject": link.terms.subject, "last_used": link.last_used })
        });
        output.json_line(&json!({
            "since": state.confirmed, "recovery_codes": state.recovery_codes,
            "passkeys": keys.collect::<Vec<_>>(), "links": tied.collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    match state.confirmed {
        Some(since) => output.line(&format!(
            "second factor since {since}; {} recovery codes left",
            state.recovery_codes
        )),
        None => output.line("no second factor"),
    }
    let keys = passkeys.into_iter().map(|key| {
        let used = time(key.last_used);
        vec![key.id.0.to_string(), key.terms.name, key.terms.rp_id, used]
    });
    output.table(&["passkey", "name", "for", "last used"], &keys.collect::<Vec<_>>());
    let tied = links.into_iter().map(|link| {
        let used = time(link.last_used);
        vec![link.id.0.to_string(), link.terms.provider, link.terms.subject, used]
    });
    output.table(&["account", "at", "as", "last used"], &tied.collect::<Vec<_>>());
    Ok(())
}
