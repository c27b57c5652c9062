//! `commonwatch key`: keys for programs, certificates for those who have them.

use node::partnership::KeyWish;
use policy::{PersonId, Scope, Scopes};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use store::{Credential, CredentialId};

use crate::cli::{Global, KeyCommand};
use crate::context::{Local, now};
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// Does what was asked of keys.
pub async fn run(local: &Local, global: &Global, command: KeyCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        KeyCommand::Add {
            label,
            person,
            read_only,
            scopes,
            expires,
            addresses,
        } => {
            let scopes = read_scopes(&scopes)?;
            let owner = whose(local, global, person.as_deref()).await?;
            let expires = expires
                .as_deref()
                .map(duration)
                .transpose()?
                .map(|micros| now().plus_micros(micros));
            let wish = KeyWish {
                label,
                read_only,
                expires,
                addresses,
                scopes,
            };
            let (secret, key) = local.node.key_create(&caller, owner, wish).await?;
            if output.is_json() {
                output.json_line(&json!({ "number": key.id.0, "label": key.label, "key": secret, "expires": key.expires, "read_only": key.read_only, "scopes": key.scopes.names() }));
            }
            output.say(&format!("key, shown this once: {secret}"));
            output.say(
                "use it as 'Authorization: Bearer KEY', or as the password of Basic authentication with any login",
            );
            Ok(())
        }
        KeyCommand::Certificate { file, label, person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            let text = std::fs::read(&file).map_err(|error| failure::file("read", &file, &error))?;
            let wish = KeyWish {
                label,
                ..KeyWish::default()
            };
            let der = CertificateDer::from_pem_slice(&text).map_err(|error| {
                Failure::input(format!("{} is not a certificate: {error}", file.display()))
                    .help("it begins with -----BEGIN CERTIFICATE-----")
            })?;
            let certificate = local.node.certificate_add(&caller, owner, wish, &der).await?;
            if output.is_json() {
                output
                    .json_line(&json!({ "number": certificate.id.0, "fingerprint": hex::encode(certificate.digest) }));
            }
            output.say(&format!("certificate {} may sign in", hex::encode(certificate.digest)));
            Ok(())
        }
        KeyCommand::List { person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            let keys = local.node.keys(&caller, owner).await?;
            let mut rows = Vec::new();
            for key in keys {
                let state = match (key.revoked, key.expires) {
                    (Some(at), _) => format!("revoked {at}"),
                    (None, Some(at)) if at <= now() => format!("ended {at}"),
                    (None, Some(at)) => format!("until {at}"),
                    (None, None) => "active".to_owned(),
                };
                if output.is_json() {
                    output.json_line(&json!({
                        "number": key.id.0, "kind": key.kind.as_str(), "label": key.label, "begins": key.prefix, "read_only": key.read_only, "scopes": key.scopes.names(),
                        "addresses": key.addresses, "state": state, "last_used": key.last_used,
                    }));
                }
                let rights = rights(&key);
                let used = key.last_used.map_or_else(|| "never".to_owned(), |at| at.to_string());
                rows.push(vec![
                    key.id.0.to_string(),
                    key.label,
                    key.kind.as_str().to_owned(),
                    key.prefix,
                    rights,
                    state,
                    used,
                ]);
            }
            if !output.is_json() {
                output.table(
                    &["number", "label", "kind", "begins", "may", "state", "last used"],
                    &rows,
                );
            }
            Ok(())
        }
        KeyCommand::Revoke { number, person } => {
            let owner = whose(local, global, person.as_deref()).await?;
            local.node.key_revoke(&caller, owner, CredentialId(number)).await?;
            output.say(&format!("key {number} is refused from the next request on"));
            Ok(())
        }
    }
}

fn read_scopes(names: &[String]) -> Result<Scopes, Failure> {
    if names.is_empty() {
        return Ok(Scopes::ALL);
    }
    Scopes::parse(names.iter().map(String::as_str)).ok_or_else(|| {
        let all = Scope::ALL.map(Scope::as_str).join(", ");
        Failure::input(format!("there is no such scope among {names:?}")).help(format!("a scope is one of {all}"))
    })
}

fn rights(key: &Credential) -> String {
    match (key.read_only, key.scopes) {
        (true, _) => "read".to_owned(),
        (false, Scopes::ALL) => "read and share".to_owned(),
        (false, scopes) => scopes.names().join(", "),
    }
}

/// The person with a login; whoever the command acts as where none is given.
pub async fn whose(local: &Local, global: &Global, login: Option<&str>) -> Result<PersonId, Failure> {
    let login = login.unwrap_or(&global.login);
    let person = local.node.store().person_by_login(login).await?;
    person
        .map(|person| person.id)
        .ok_or_else(|| Failure::new(Kind::Refused, format!("there is no person with the login '{login}'")))
}

/// Reads `15m`, `1h`, `90d` as microseconds.
pub fn duration(text: &str) -> Result<i64, Failure> {
    let bad = || Failure::input(format!("'{text}' is not a time")).help("write it like 30s, 15m, 1h or 90d");
    let unit = text.chars().last().ok_or_else(bad)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(bad()),
    };
    let number: i64 = text
        .get(..text.len() - 1)
        .and_then(|number| number.parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(bad)?;
    number.checked_mul(seconds * 1_000_000).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn times_are_a_number_and_a_unit() {
        assert_eq!(duration("15m").unwrap(), 900_000_000);
        assert_eq!(duration("90d").unwrap(), 90 * 86_400 * 1_000_000);
        for bad in ["", "m", "-1h", "1w", "1.5h", "99999999999999d", "é"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
