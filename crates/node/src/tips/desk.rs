//! The operators' side of tips: reading, answering, closing.

use policy::{Action, decide};
use stix::Timestamp;
use store::{Tip, TipKind, TipState};
use uuid::Uuid;

use super::{LIST_MOST, MESSAGES_MOST, TEXT_MOST, TipSaid, TipText, absent, of_answer, words};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// A tip in the list: nothing of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipLine {
    /// Its number: the later, the higher.
    pub id: i64,
    /// Its name.
    pub uuid: Uuid,
    /// What people call it.
    pub reference: String,
    /// What it is about.
    pub kind: TipKind,
    /// Whose turn it is.
    pub state: TipState,
    /// When it came.
    pub made: Timestamp,
    /// When something was said about it last.
    pub changed: Timestamp,
}

impl From<Tip> for TipLine {
    fn from(tip: Tip) -> Self {
        Self {
            id: tip.id,
            uuid: tip.uuid,
            reference: tip.reference,
            kind: tip.kind,
            state: tip.state,
            made: tip.made,
            changed: tip.changed,
        }
    }
}

/// A tip, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipOpened {
    /// Which.
    pub line: TipLine,
    /// What was reported.
    pub text: TipText,
    /// The numbers, names and sizes of its files.
    pub files: Vec<(i64, String, usize)>,
    /// What was said since.
    pub said: Vec<TipSaid>,
}

/// A file as it was sealed: the length of its name, its name, its content.
fn unpacked(plain: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = plain.split_first_chunk::<4>()?;
    let (name, content) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((String::from_utf8_lossy(name).into_owned(), content))
}

fn refused(caller: &Caller) -> Result<(), Error> {
    decide(&caller.principal, Action::ReadTips).map_err(|refusal| Error::refused(refusal, "there is no such report"))
}

impl Node {
    /// The tips, the newest first, before a number; without what was written.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn tips(&self, caller: &Caller, before: Option<i64>, limit: usize) -> Result<Vec<TipLine>, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let tips = self.store().tip_list(before, limit.min(LIST_MOST)).await?;
        Ok(tips.into_iter().map(TipLine::from).collect())
    }

    async fn tip(&self, caller: &Caller, uuid: Uuid) -> Result<Tip, Error> {
        refused(caller)?;
        self.store().tip_get(uuid).await?.ok_or_else(absent)
    }

    /// Opens a tip.
    ///
    /// # Errors
    /// When the caller is no operator, or not there in person; or there is no such tip.
    pub async fn tip_open(&self, caller: &Caller, uuid: Uuid) -> Result<TipOpened, Error> {
        let tip = self.tip(caller, uuid).await?;
        let text = self.tip_unseal(uuid.as_bytes(), &tip.sealed)?;
        let unreadable = |error| Error::Ours(format!("a report in the store is damaged: {error}"));
        let text = serde_json::from_slice(&text).map_err(unreadable)?;
        let mut files = Vec::new();
        for ordinal in self.store().tip_files(&tip).await? {
            let (name, content) = self.file(&tip, ordinal).await?;
            files.push((ordinal, name, content.len()));
        }
        Ok(TipOpened {
            text,
            files,
            said: self.tip_said(&tip).await?,
            line: tip.into(),
        })
    }

    async fn file(&self, tip: &Tip, ordinal: i64) -> Result<(String, Vec<u8>), Error> {
        let sealed = self.store().tip_file(tip, ordinal).await?.ok_or_else(absent)?;
        let plain = self.tip_unseal(tip.uuid.as_bytes(), &sealed)?;
        let damaged = || Error::Ours("a file of a report is damaged".to_owned());
        let (name, content) = unpacked(&plain).ok_or_else(damaged)?;
        Ok((name, content.to_vec()))
    }

    /// One file of a tip: its name and content.
    ///
    /// # Errors
    /// As [`Node::tip_open`].
    pub async fn tip_file(&self, caller: &Caller, uuid: Uuid, ordinal: i64) -> Result<(String, Vec<u8>), Error> {
        let tip = self.tip(caller, uuid).await?;
        self.file(&tip, ordinal).await
    }

    /// Answers a tip, and closes it where that is said; closing needs no words. What is owed for it is kept with that.
    ///
    /// # Errors
    /// As [`Node::tip_open`]; also when it is closed already, or nothing is said without closing.
    pub async fn tip_answer(&self, caller: &Caller, uuid: Uuid, text: &str, close: bool) -> Result<(), Error> {
        let tip = self.tip(caller, uuid).await?;
        let text = words("the answer", text, TEXT_MOST, usize::from(!close))?;
        let said = self.store().tip_messages(&tip, MESSAGES_MOST).await?;
        let state = if close { TipState::Closed } else { TipState::Answered };
        let sealed = match text.is_empty() {
            true => None,
            false => Some(self.tip_sealed(uuid.as_bytes(), text.as_bytes())?),
        };
        self.store().tip_say(&caller.principal, &tip, state, sealed).await?;
        // Owed since the last turn of the reporter: of which number that was is not written down.
        for count in 0..=said.len() {
            self.keep_owed(&caller.principal, of_answer(uuid, count)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::unpacked;

    #[test]
    fn a_file_comes_out_as_it_went_in_and_damage_is_noticed() {
        let packed = [&3_u32.to_be_bytes()[..], b"a.b", b"content"].concat();
        assert_eq!(unpacked(&packed), Some(("a.b".to_owned(), &b"content"[..])));
        assert_eq!(unpacked(&packed[..5]), None);
        assert_eq!(unpacked(b""), None);
    }
}
