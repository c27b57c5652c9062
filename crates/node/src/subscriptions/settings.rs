//! What an operator sets for a source, read from JSON; a misspelt name is an error, not silence.

use std::collections::BTreeMap;

use serde::Deserialize;
use stix::{Place, Problem, Timestamp};
use store::SubscriptionKind;

use crate::client::Access;
use crate::error::Error;

/// Objects asked for at a time where the settings do not say.
const PAGE_SIZE: u32 = 1_000;
/// The most objects that may be asked for at a time.
const MOST_PAGE_SIZE: u32 = 100_000;

/// What happens to values that a list no longer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vanished {
    /// They stay and fade by their score: a list that is cut short by accident takes nothing away.
    #[default]
    Keep,
    /// They are taken back, and leave every reader's copy.
    Retract,
}

/// The settings of a subscription.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SourceSettings {
    /// How to get in.
    #[serde(flatten)]
    pub access: Access,
    /// Objects or events asked for at a time.
    pub page_size: Option<u32>,
    /// TAXII: identifier, alias or title of the collection, where the address is that of a server or API root.
    pub collection: Option<String>,
    /// Only what was added (TAXII) or changed (MISP) after this time.
    pub since: Option<Timestamp>,
    /// MISP server: also events that are not published.
    pub unpublished: bool,
    /// MISP server: whether it is one of the own organisation's, so that distribution is kept as it is there.
    pub internal: bool,
    /// List: what happens to values that it no longer has.
    pub vanished: Vanished,
    /// TAXII 2.1, of a Commonwatch hub: whether the hub is told that this node watches, and with which kinds of logs.
    pub tells_watching: bool,
    /// Folder: seconds that a file must not have changed before it is read.
    pub settle_seconds: Option<u32>,
    #[serde(flatten)]
    unknown: BTreeMap<String, serde_json::Value>,
}

impl SourceSettings {
    /// Reads settings; empty text is no settings.
    ///
    /// # Errors
    /// Names what cannot be used.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = if matches!(text.trim(), "" | "null") { "{}" } else { text };
        let settings: Self =
            serde_json::from_str(text).map_err(|error| problem(format!("the settings cannot be used: {error}")))?;
        match settings.unknown.keys().next() {
            Some(name) => Err(problem(format!("there is no setting '{name}'"))),
            None => Ok(settings),
        }
    }

    /// Checks that every setting means something for this kind.
    ///
    /// # Errors
    /// Names the one that does not.
    pub fn check(&self, kind: SubscriptionKind) -> Result<(), Error> {
        use SubscriptionKind as Kind;
        let taxii = matches!(kind, Kind::Taxii21 | Kind::Taxii20);
        let misp = matches!(kind, Kind::MispFeed | Kind::MispServer);
        let out_of_place = [
            (
                "page_size",
                self.page_size.is_some() && !taxii && kind != Kind::MispServer,
            ),
            ("collection", self.collection.is_some() && !taxii),
            ("since", self.since.is_some() && !taxii && !misp),
            ("unpublished", self.unpublished && kind != Kind::MispServer),
            ("internal", self.internal && kind != Kind::MispServer),
            ("vanished", self.vanished != Vanished::Keep && kind != Kind::List),
            ("tells_watching", self.tells_watching && kind != Kind::Taxii21),
            ("settle_seconds", self.settle_seconds.is_some() && kind != Kind::Folder),
        ];
        match out_of_place.iter().find(|(_, wrong)| *wrong) {
            Some((name, _)) => Err(problem(format!(
                "the setting '{name}' means nothing for the kind {}",
                kind.as_str()
            ))),
            None => Ok(()),
        }
    }

    /// Objects or events to ask for at a time.
    pub(crate) fn page_size(&self) -> u32 {
        self.page_size.unwrap_or(PAGE_SIZE).clamp(1, MOST_PAGE_SIZE)
    }
}

fn problem(message: String) -> Error {
    let help = "docs/guide/subscriptions.md lists the settings of each kind";
    Error::input(Problem::error("bad-settings", Place::default(), message).help(help))
}

#[cfg(test)]
mod tests {
    use store::SubscriptionKind;

    use super::SourceSettings;

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let error = SourceSettings::parse(r#"{"login":"ada","pasword":"x"}"#)
            .unwrap_err()
            .to_string();
        assert!(error.contains("'pasword'"), "{error}");
    }

    #[test]
    fn settings_are_read_together() {
        let text =
            r#"{"bearer":{"file":"/run/secrets/key"},"page_size":50,"since":"2026-01-01T00:00:00Z","read_seconds":5}"#;
        let settings = SourceSettings::parse(text).unwrap();
        assert_eq!((settings.page_size(), settings.access.read_seconds), (50, Some(5)));
        assert!(settings.access.bearer.is_some());
        assert!(settings.check(SubscriptionKind::Taxii21).is_ok());
        assert!(
            settings
                .check(SubscriptionKind::List)
                .unwrap_err()
                .to_string()
                .contains("page_size")
        );
    }

    #[test]
    fn no_settings_are_settings() {
        assert!(SourceSettings::parse("").is_ok());
        assert!(SourceSettings::parse("null").is_ok());
        assert!(SourceSettings::parse("[]").is_err());
    }
}
