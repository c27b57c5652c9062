//! What operators choose while the node runs: its name, whom to write to, after how long what is done with is forgotten.
//!
//! The configuration says what holds at first; what an operator chose on the page of the node stands above it, until it is
//! given up there, as with [`crate::site`]. Everything else stays in the file: addresses, keys and limits are read when the
//! process starts, and how many people a decision takes is not for one of them to choose.

use std::sync::{Arc, PoisonError};

use policy::{Action, decide};
use serde::{Deserialize, Serialize};

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::{Node, Settings};
use crate::privacy::Retention;

/// The setting that holds what an operator chose.
const CHOSEN: &str = "chosen";
/// Characters of a name.
pub const TITLE_MOST: usize = 100;
/// Characters of a line.
pub const LINE_MOST: usize = 300;
/// The longest time until a contact is to be checked again.
pub const MONTHS_MOST: u8 = 60;
/// The longest time that something done with may be kept: ten years.
pub const DAYS_MOST: u16 = 3_660;

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chosen {
    /// Name shown to people and in TAXII discovery.
    pub title: String,
    /// What the node is for, a sentence.
    pub description: String,
    /// Whom to write to about it.
    pub contact: Option<String>,
    /// Months after which a member's contact has to be checked again.
    pub contact_months: u8,
    /// After how many days something that is done with is forgotten.
    pub retention: Retention,
}

/// What holds, and whether an operator chose it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenInForce {
    /// What holds.
    pub chosen: Arc<Chosen>,
    /// Whether it was chosen on the page of the node; otherwise the configuration says so.
    pub here: bool,
}

impl From<&Settings> for Chosen {
    fn from(settings: &Settings) -> Self {
        Self {
            title: settings.title.clone(),
            description: settings.description.clone(),
            contact: settings.contact.clone(),
            contact_months: settings.contact_months,
            retention: settings.retention,
        }
    }
}

fn is_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

impl Chosen {
    fn check(&self) -> Result<(), Error> {
        if self.title.trim().is_empty() || !is_line(&self.title, TITLE_MOST) {
            let message = format!("the name of the node is a line of 1 to {TITLE_MOST} characters");
            return Err(bad("bad-title", message, "as in Watch of Exampleton"));
        }
        let contact = self.contact.as_deref().unwrap_or_default();
        if !is_line(&self.description, LINE_MOST) || !is_line(contact, LINE_MOST) {
            let message = format!("description and contact are lines of {LINE_MOST} characters at most");
            return Err(bad("bad-line", message, "take out what is too long, and line breaks"));
        }
        if !(1..=MONTHS_MOST).contains(&self.contact_months) {
            let message = format!("contacts are checked again after 1 to {MONTHS_MOST} months");
            return Err(bad("bad-months", message, "as in 6"));
        }
        if self.retention.days().iter().any(|days| *days > DAYS_MOST) {
            let message = format!("what is done with is kept for {DAYS_MOST} days at most, or for ever (0)");
            return Err(bad("bad-days", message, "as in 180"));
        }
        Ok(())
    }
}

impl Node {
    /// What holds, as this process last read it.
    pub fn chosen(&self) -> Arc<Chosen> {
        let kept = self.chosen_kept().read();
        Arc::clone(&kept.unwrap_or_else(PoisonError::into_inner).chosen)
    }

    /// Reads what holds from the store. A change by another process on the same store is read at the next such reading: when
    /// it is time to forget, and when somebody looks.
    ///
    /// # Errors
    /// When the store does not answer, or what is in it cannot be read.
    pub async fn chosen_read(&self) -> Result<ChosenInForce, Error> {
        let text = self.store().setting_get(CHOSEN).await?.filter(|text| !text.is_empty());
        let damaged = |error| Error::Ours(format!("the setting '{CHOSEN}' in the store is damaged: {error}"));
        let in_force = match text {
            None => ChosenInForce {
                chosen: Arc::new(Chosen::from(self.settings())),
                here: false,
            },
            Some(text) => ChosenInForce {
                chosen: Arc::new(serde_json::from_str(&text).map_err(damaged)?),
                here: true,
            },
        };
        let mut kept = self.chosen_kept().write().unwrap_or_else(PoisonError::into_inner);
        kept.clone_from(&in_force);
        Ok(in_force)
    }

    /// Chooses; none: what the configuration says. The ledger keeps who chose what.
    ///
    /// # Errors
    /// When the caller may not, has not shown lately that it is them, or it cannot be used.
    pub async fn choose(&self, caller: &Caller, chosen: Option<&Chosen>) -> Result<(), Error> {
        decide(&caller.principal, Action::Configure).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let text = match chosen {
            None => String::new(),
            Some(chosen) => {
                chosen.check()?;
                serde_json::to_string(chosen).map_err(|error| Error::Ours(error.to_string()))?
            }
        };
        let changed = self
            .store()
            .setting_change(&caller.principal, CHOSEN, &text, "settings");
        changed.await?;
        self.chosen_read().await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Settings};

    #[test]
    fn what_breaks_a_line_or_a_limit_is_not_chosen() {
        let identity = stix::Id::parse("identity--6b0a4c4e-5c0e-4f0e-9c57-1f0c6f7d2a11").unwrap();
        let good = Chosen::from(&Settings::new("Watch", identity));
        assert!(good.check().is_ok());
        let wrong: [fn(&mut Chosen); 6] = [
            |one| one.title = " ".to_owned(),
            |one| one.title = "x".repeat(101),
            |one| one.description = "a\nb".to_owned(),
            |one| one.contact = Some("x".repeat(301)),
            |one| one.contact_months = 0,
            |one| one.retention.tips = 4_000,
        ];
        for (number, change) in wrong.iter().enumerate() {
            let mut one = good.clone();
            change(&mut one);
            assert!(one.check().is_err(), "{number}");
        }
    }
}
