//! How to get in somewhere: account, key or certificate, proxy, authorities, patience; read from the settings as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// Largest certificate, key or authority file, and largest secret file.
const FILE_BYTES: u64 = 4 << 20;

/// A secret as written in the settings, or the file it is in. Never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Secret {
    /// The secret itself.
    Text(String),
    /// A file that holds it; read at each run, so that it can be changed without touching the settings.
    File {
        /// Where the file is.
        file: PathBuf,
    },
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("(secret)"),
            Self::File { file } => write!(f, "(secret in {})", file.display()),
        }
    }
}

impl Secret {
    /// The secret itself.
    pub(crate) fn reveal(&self) -> Result<String, Failure> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File { file } => {
                let bytes = read_small(file, "the secret")?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Failure::settings(format!("{} is not text", file.display())))?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        }
    }
}

/// How to get in somewhere. Everything is optional; at most one of the account forms is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Login for HTTP Basic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// Password for HTTP Basic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// A key sent as `Authorization: Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearer: Option<Secret>,
    /// A key sent bare as `Authorization`, as MISP wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// PEM file with the client certificate, and its private key where `certificate_key` is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// PEM file with the private key of the client certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_key: Option<PathBuf>,
    /// PEM file with the authorities to trust; where given, no others are trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<PathBuf>,
    /// Address of a proxy, or `direct` for none; not given: what the environment says (`HTTPS_PROXY` and so on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Secret>,
    /// More headers to send.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// Seconds to wait for a connection; 10 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_seconds: Option<u64>,
    /// Seconds to wait for the next piece of an answer; 60 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_seconds: Option<u64>,
    /// Seconds that one answer may take in all; 3600 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_seconds: Option<u64>,
}

/// The names under which settings hold secrets, for whoever shows settings to people.
const SECRET_KEYS: [&str; 5] = ["password", "bearer", "key", "proxy", "headers"];

impl Access {
    /// Settings as JSON with every secret blotted out, fit to be shown.
    pub fn blotted(settings: &str) -> serde_json::Value {
        let mut value = serde_json::from_str(settings).unwrap_or(serde_json::Value::Null);
        if let Some(map) = value.as_object_mut() {
            for (_, held) in map.iter_mut().filter(|(name, _)| SECRET_KEYS.contains(&name.as_str())) {
                blot(held);
            }
        }
        value
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_seconds.unwrap_or(10).clamp(1, 600))
    }

    pub(super) fn read_timeout(&self) -> Duration {
        Duration::from_secs(self.read_seconds.unwrap_or(60).clamp(1, 3_600))
    }

    pub(super) fn total_timeout(&self) -> Duration {
        Duration::from_secs(self.total_seconds.unwrap_or(3_600).clamp(1, 86_400))
    }

    /// The headers that go with every request, and the secrets in them.
    pub(super) fn headers(&self) -> Result<(HeaderMap, Vec<String>), Failure> {
        let mut headers = HeaderMap::new();
        let mut secrets = Vec::new();
        let forms = [self.login.is_some(), self.bearer.is_some(), self.key.is_some()];
        if forms.iter().filter(|given| **given).count() > 1 {
            return Err(Failure::settings(
                "give one of login with password, bearer, or key, not several",
            ));
        }
        if self.password.is_some() && self.login.is_none() {
            return Err(Failure::settings("a password needs a login beside it in the settings"));
        }
        let authorization = if let Some(login) = &self.login {
            let password = self
                .password
                .as_ref()
                .map(Secret::reveal)
                .transpose()?
                .unwrap_or_default();
            let encoded = STANDARD.encode(format!("{login}:{password}"));
            secrets.extend([password, encoded.clone()]);
            Some(format!("Basic {encoded}"))
        } else if let Some(bearer) = &self.bearer {
            let bearer = bearer.reveal()?;
            secrets.push(bearer.clone());
            Some(format!("Bearer {bearer}"))
        } else if let Some(key) = &self.key {
            let key = key.reveal()?;
            secrets.push(key.clone());
            Some(key)
        } else {
            None
        };
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, header_value("Authorization", &value)?);
        }
        for (name, value) in &self.headers {
            let value = value.reveal()?;
            let known = HeaderName::try_from(name.as_str())
                .map_err(|_| Failure::settings(format!("'{name}' in headers is not the name of a header")))?;
            headers.insert(known, header_value(name, &value)?);
            secrets.push(value);
        }
        Ok((headers, secrets))
    }

    /// The client certificate with its key, PEM.
    pub(super) fn identity(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(file) = &self.certificate else {
            return match &self.certificate_key {
                Some(_) => Err(Failure::settings(
                    "a certificate_key needs a certificate beside it in the settings",
                )),
                None => Ok(None),
            };
        };
        let mut pem = read_small(file, "the client certificate")?;
        if let Some(key) = &self.certificate_key {
            pem.push(b'\n');
            pem.extend(read_small(key, "the key of the client certificate")?);
        }
        Ok(Some(pem))
    }

    /// The authorities to trust, PEM.
    pub(super) fn authorities(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.ca_bundle
            .as_deref()
            .map(|file| read_small(file, "the authorities to trust"))
            .transpose()
    }
}

/// Takes secrets out of a part of the settings; the names of files stay, as they are no secrets.
fn blot(held: &mut serde_json::Value) {
    match held {
        serde_json::Value::Object(map) if map.len() == 1 && map.contains_key("file") => {}
        serde_json::Value::Object(map) => map.values_mut().for_each(blot),
        serde_json::Value::Null => {}
        other => *other = serde_json::Value::String("(secret)".to_owned()),
    }
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        Failure::settings(format!(
            "the value for the header {name} has characters that a header cannot carry"
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether a folder is the data directory of a node: what is in there is for the node and nobody else, so no operator
/// can have it read as an intake or sent to somebody as a password.
pub(crate) fn is_own_place(folder: &Path) -> bool {
    [store::DATABASE_FILE, "ledger.key"]
        .iter()
        .any(|name| folder.join(name).exists())
}

fn read_small(file: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    // Links are followed first: what counts is where the file really is.
    let really = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    if really.parent().is_some_and(is_own_place) {
        let message = format!("{what} cannot be in the data directory of a node: {}", file.display());
        return Err(Failure::settings(message + "; put the file somewhere else"));
    }
    let failed =
        |error: std::io::Error| Failure::settings(format!("{what} cannot be read from {}: {error}", file.display()));
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .map_err(failed)?
        .take(FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(Failure::settings(format!(
            "{} is larger than {FILE_BYTES} bytes; is it {what}?",
            file.display()
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn secrets_are_not_shown() {
        let settings = r#"{"login":"ada","password":"hunter2 hunter2","headers":{"X-Key":"abc"},"proxy":"http://u:p@proxy.example","page_size":5}"#;
        let access: Access = serde_json::from_str(settings).unwrap();
        let shown = format!("{access:?} {}", Access::blotted(settings));
        for secret in ["hunter2", "abc", "u:p"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("ada") && shown.contains("page_size"));
    }

    #[test]
    fn a_secret_can_be_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "s3cret\n").unwrap();
        let settings = serde_json::json!({ "key": { "file": file } }).to_string();
        let access: Access = serde_json::from_str(&settings).unwrap();
        let (headers, _) = access.headers().unwrap();
        assert_eq!(headers["authorization"], "s3cret");
        assert!(Access::blotted(&settings).to_string().contains("file"));
    }

    #[test]
    fn the_files_of_a_node_itself_are_no_secrets_to_be_sent() {
        let folder = tempfile::tempdir().unwrap();
        let (key, link) = (folder.path().join("ledger.key"), folder.path().join("elsewhere"));
        std::fs::create_dir(&link).unwrap();
        std::fs::write(&key, "the signing key\n").unwrap();
        let link = link.join("key");
        std::os::unix::fs::symlink(&key, &link).unwrap();
        for file in [key, link] {
            let settings = serde_json::json!({ "bearer": { "file": file } }).to_string();
            let access: Access = serde_json::from_str(&settings).unwrap();
            let refused = access.headers().unwrap_err().message;
            assert!(
                refused.contains("data directory") && !refused.contains("signing"),
                "{refused}"
            );
        }
    }

    #[test]
    fn two_accounts_at_once_are_refused() {
        let access: Access = serde_json::from_str(r#"{"login":"a","password":"b","bearer":"c"}"#).unwrap();
        assert!(access.headers().unwrap_err().message.contains("not several"));
    }

    #[test]
    fn a_header_cannot_smuggle_another() {
        let access: Access = serde_json::from_str(r#"{"headers":{"X-A":"b\r\nX-C: d"}}"#).unwrap();
        assert!(access.headers().is_err());
    }
}
