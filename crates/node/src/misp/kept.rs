//! Events that are not taken in, which the operator says, and what clients keep for the people they work for.

use policy::{Action, PersonId, decide};
use store::{MispBlocked, MispSetting};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// Longest text of what is written down with an event.
const LONGEST: usize = 4_096;
/// Events that are named in one request.
const TOGETHER: usize = 1_000;
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
    /// Refuses an event that is not to be taken in.
    pub(super) async fn misp_is_taken_in(&self, event: Uuid) -> Result<(), Error> {
        match self.store().misp_blocked_one(event).await? {
            Some(_) => Err(bad(
                "event-blocked",
                "this event is on the list of those that are not taken in here",
                "ask the operator, who sees why at /eventBlocklists/index",
            )),
            None => Ok(()),
        }
    }

    /// The events that are not taken in, after a number.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_blocked(&self, caller: &Caller, after: i64, limit: usize) -> Result<Vec<MispBlocked>, Error> {
        operator(caller)?;
        Ok(self.store().misp_blocked(after, limit).await?)
    }

    /// Takes events in no more, from clients and from servers that are followed. What is here already stays.
    ///
    /// # Errors
    /// When the caller is no operator, or a text is too long.
    pub async fn misp_block(&self, caller: &Caller, events: &[MispBlocked]) -> Result<(), Error> {
        operator(caller)?;
        if events.len() > TOGETHER {
            let message = format!("more than {TOGETHER} events at once");
            return Err(bad("too-many", message, "name fewer in one request"));
        }
        for one in events {
            check("info", &one.info)?;
            check("orgc", &one.creator)?;
            check("comment", &one.comment)?;
        }
        Ok(self.store().misp_block(&caller.principal, events).await?)
    }

    /// Takes an event in again.
    ///
    /// # Errors
    /// When the caller is no operator, or it was not blocked.
    pub async fn misp_unblock(&self, caller: &Caller, event: Uuid) -> Result<(), Error> {
        operator(caller)?;
        if self.store().misp_blocked_one(event).await?.is_none() {
            return Err(Error::NotFound("this event is not blocked".to_owned()));
        }
        Ok(self.store().misp_unblock(&caller.principal, event).await?)
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
