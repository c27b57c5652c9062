//! What is not taken in and which values connect nothing, which operators say, and what clients keep for the people they
//! work for.

use policy::{Action, PersonId, decide};
use serde_json::{Map, Value};
use store::{MispBlocked, MispBlockedKind, MispExclusion, MispSetting};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

use super::find::like;
use super::uuid_at;

/// Longest text of what is written down with an event.
const LONGEST: usize = 4_096;
/// Events or organisations that are named in one request.
const TOGETHER: usize = 1_000;
/// Values that are left out of correlations: each is compared with every one that would connect something.
const EXCLUSIONS: usize = 1_000;
/// Settings that a person has.
const SETTINGS: usize = 200;
/// Longest name of a setting, and longest value.
const SETTING: (usize, usize) = (255, 64 << 10);

fn operator(caller: &Caller) -> Result<(), Error> {
    decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))
}

fn check(name: &str, text: &str) -> Result<(), Error> {
    match text.len() > LONGEST {
        true => Err(bad(
            "too-long",
            format!("'{name}' has more than {LONGEST} bytes"),
            "say it shorter",
        )),
        false => Ok(()),
    }
}

impl Node {
    /// Refuses an event that is not to be taken in, for its own sake or for that of whoever made it; in MISP's words, which
    /// its clients look for.
    pub(super) async fn misp_is_taken_in(&self, uuid: Uuid, event: &Map<String, Value>) -> Result<(), Error> {
        let creator = event
            .get("Orgc")
            .and_then(Value::as_object)
            .and_then(|creator| uuid_at(creator, "uuid"));
        let of_event = (MispBlockedKind::Event, uuid, "Event blocked by event blocklist.");
        let of_creator = creator.map(|creator| {
            let message = "Event blocked by organisation blocklist.";
            (MispBlockedKind::Organisation, creator, message)
        });
        for (kind, uuid, message) in [Some(of_event), of_creator].into_iter().flatten() {
            if self.store().misp_blocked_one(kind, uuid).await?.is_some() {
                return Err(Error::NotAllowed(message));
            }
        }
        Ok(())
    }

    /// What of a kind is not taken in, after a number.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_blocked(
        &self,
        caller: &Caller,
        kind: MispBlockedKind,
        after: i64,
        limit: usize,
    ) -> Result<Vec<MispBlocked>, Error> {
        operator(caller)?;
        Ok(self.store().misp_blocked(kind, after, limit).await?)
    }

    /// What is known of an event or organisation that is not taken in.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_blocked_one(
        &self,
        caller: &Caller,
        kind: MispBlockedKind,
        uuid: Uuid,
    ) -> Result<Option<MispBlocked>, Error> {
        operator(caller)?;
        Ok(self.store().misp_blocked_one(kind, uuid).await?)
    }

    /// Takes events in no more, or those of organisations, from clients and from servers and feeds that are followed. What is
    /// here already stays.
    ///
    /// # Errors
    /// When the caller is no operator, or a text is too long.
    pub async fn misp_block(&self, caller: &Caller, list: &[MispBlocked]) -> Result<(), Error> {
        operator(caller)?;
        if list.len() > TOGETHER {
            let message = format!("more than {TOGETHER} at once");
            return Err(bad("too-many", message, "name fewer in one request"));
        }
        for one in list {
            check("info", &one.info)?;
            check("orgc", &one.creator)?;
            check("comment", &one.comment)?;
        }
        Ok(self.store().misp_block(&caller.principal, list).await?)
    }

    /// Takes it in again.
    ///
    /// # Errors
    /// When the caller is no operator, or it was not blocked.
    pub async fn misp_unblock(&self, caller: &Caller, kind: MispBlockedKind, uuid: Uuid) -> Result<(), Error> {
        operator(caller)?;
        if self.store().misp_blocked_one(kind, uuid).await?.is_none() {
            return Err(Error::NotFound("this is not blocked".to_owned()));
        }
        Ok(self.store().misp_unblock(&caller.principal, kind, uuid).await?)
    }

    /// The values that connect nothing.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_exclusions(&self, caller: &Caller) -> Result<Vec<MispExclusion>, Error> {
        operator(caller)?;
        Ok(self.store().misp_exclusions(0, EXCLUSIONS).await?)
    }

    /// Lets a value connect nothing, or changes one of those that do not.
    ///
    /// # Errors
    /// When the caller is no operator, nothing is left of the value without percent signs, or there are too many.
    pub async fn misp_exclude(&self, caller: &Caller, wish: &MispExclusion) -> Result<MispExclusion, Error> {
        operator(caller)?;
        check("value", &wish.value)?;
        check("comment", &wish.comment)?;
        if wish.value.trim_matches('%').trim().is_empty() {
            let help = "give a value; % at an end stands for whatever is there";
            return Err(bad("no-value", "this would leave every value out", help));
        }
        let known = self.store().misp_exclusions(0, EXCLUSIONS).await?;
        let other = known.iter().find(|one| one.value == wish.value);
        if wish.id != 0 && other.is_some_and(|other| other.id != wish.id) {
            return Err(Error::Conflict("this value is left out already".to_owned()));
        }
        if wish.id == 0 && other.is_none() && known.len() >= EXCLUSIONS {
            let message = format!("more than {EXCLUSIONS} values are left out");
            return Err(bad(
                "too-many",
                message,
                "delete some, or leave out several by % at an end",
            ));
        }
        let now = self.now();
        Ok(self.store().misp_exclude(&caller.principal, wish, now).await?)
    }

    /// Lets a value connect again.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_exclusion_end(&self, caller: &Caller, one: &MispExclusion) -> Result<(), Error> {
        operator(caller)?;
        Ok(self.store().misp_exclusion_end(&caller.principal, one).await?)
    }

    /// Whether somebody said of a value that it connects nothing, as a whole or by its first half.
    pub(super) async fn misp_is_excluded(&self, value: &str) -> Result<bool, Error> {
        let first = value.split('|').next().unwrap_or_default();
        let known = self.store().misp_exclusions(0, EXCLUSIONS).await?;
        Ok(known
            .iter()
            .any(|one| like(&one.value, value) || like(&one.value, first)))
    }

    /// What clients keep for the caller.
    ///
    /// # Errors
    /// When the caller is nobody.
    pub async fn misp_settings(&self, caller: &Caller) -> Result<Vec<MispSetting>, Error> {
        Ok(self.store().misp_settings(person(caller)?, SETTINGS).await?)
    }

    /// Keeps something for the caller: JSON under a name.
    ///
    /// # Errors
    /// When the caller is nobody, or keeps too much.
    pub async fn misp_setting_put(&self, caller: &Caller, name: &str, value: String) -> Result<MispSetting, Error> {
        let person = person(caller)?;
        if name.is_empty() || name.len() > SETTING.0 || name.chars().any(char::is_control) {
            let help = "it has 1 to 255 letters, without control characters";
            return Err(bad("bad-setting", "this is no name of a setting", help));
        }
        if value.len() > SETTING.1 {
            return Err(bad("too-long", "a setting has up to 64 KiB", "keep less in it"));
        }
        let known = self.store().misp_settings(person, SETTINGS).await?;
        if known.len() >= SETTINGS && !known.iter().any(|one| one.name == name) {
            let message = format!("more than {SETTINGS} settings");
            return Err(bad("too-many", message, "delete some that are not used"));
        }
        let wish = MispSetting {
            id: 0,
            person,
            name: name.to_owned(),
            value,
            at: self.now(),
        };
        self.store().misp_setting_put(&wish).await?;
        let known = self.store().misp_settings(person, SETTINGS).await?;
        let kept = known.into_iter().find(|one| one.name == name);
        kept.ok_or_else(|| Error::Ours("a setting was kept and is not there".to_owned()))
    }

    /// Keeps it no more.
    ///
    /// # Errors
    /// When the caller is nobody, or has no such setting.
    pub async fn misp_setting_end(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        let person = person(caller)?;
        let known = self.store().misp_settings(person, SETTINGS).await?;
        if !known.iter().any(|one| one.name == name) {
            return Err(Error::NotFound("you have no such setting".to_owned()));
        }
        Ok(self.store().misp_setting_end(person, name).await?)
    }
}

fn person(caller: &Caller) -> Result<PersonId, Error> {
    caller.principal.person.ok_or(Error::NotAllowed("sign in first"))
}
