//! What somebody filled in to share: the content, for whom, under which marking; and the mark of what was looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use formats::edit::{About, AboutKind, Edits};
use http::StatusCode;
use node::intake::Handling;
use policy::Action;
use sha2::{Digest as _, Sha256};
use stix::marking::{Pap, Tlp};

use super::items;
use crate::api::ask::{community, member, must};
use crate::api::share::NAMES_MOST;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::problem::Fault;
use crate::query::bad;

/// Bytes of a file that is shared here; what is larger goes by the command line or the API.
pub(super) const FILE_MOST: usize = 16 << 20;
/// Characters of the name of what indicators are signs of.
const ABOUT_MOST: usize = 200;
/// Fields of the form but the file.
pub(super) const FIELDS: [&str; 18] = [
    "text",
    "kept",
    "kept_name",
    "community",
    "tlp",
    "pap",
    "named",
    "withheld",
    "about",
    "about_kind",
    "seen",
    "of",
    "item",
    "keep",
    "role",
    "kind",
    "value",
    "mark",
];

/// A file that was chosen: its name is a label, and what it is its content says.
#[derive(Clone, Default)]
pub(super) struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What somebody filled in.
#[derive(Default)]
pub(super) struct Wish {
    pub text: String,
    pub file: Option<File>,
    pub community: String,
    pub tlp: String,
    pub pap: String,
    pub named: String,
    pub withheld: bool,
    /// What the indicators are signs of, and its STIX type.
    pub about: String,
    pub about_kind: String,
    /// The mark of what was looked at before sending.
    pub seen: String,
    /// What was changed of the items.
    pub edits: Edits,
    /// Why something that was changed cannot be used.
    pub wrong: Option<Fault>,
}

impl Wish {
    pub(super) fn of(form: &Form) -> Result<Self, Fault> {
        let text = |name: &str| form.text(name).trim().to_owned();
        let mut wish = Self {
            text: form.text("text").to_owned(),
            file: file(form)?,
            community: text("community"),
            tlp: text("tlp"),
            pap: text("pap"),
            named: text("named"),
            withheld: form.is_ticked("withheld"),
            about: text("about"),
            about_kind: text("about_kind"),
            seen: text("seen"),
            ..Self::default()
        };
        // What was changed was changed of this content; of another one it means nothing.
        if form.text("of") == wish.content_mark() {
            let (edits, wrong) = items::edits(form)?;
            wish.edits.items = edits;
            wish.wrong = wrong;
        }
        Ok(wish)
    }

    /// The file as it stands in the page, so that it need not be chosen again. It is in no store before it is shared.
    pub(super) fn kept(&self) -> Option<(String, String, usize)> {
        let file = self.file.as_ref()?;
        Some((file.name.clone(), STANDARD.encode(&file.bytes), file.bytes.len()))
    }

    /// The content: the file, or else the text.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Fault> {
        let bytes = match &self.file {
            Some(_) if !self.text.trim().is_empty() => {
                let message = "there is a text and a file: take one of them out, or share them one after the other";
                return Err(bad("two-contents", message));
            }
            Some(file) => file.bytes.clone(),
            None => self.text.clone().into_bytes(),
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            let message = "there is nothing in it yet: paste a text or choose a file";
            return Err(bad("nothing-to-share", message));
        }
        Ok(bytes)
    }

    /// A mark of the content.
    pub(super) fn content_mark(&self) -> String {
        let mut hash = Sha256::new();
        if let Some(file) = &self.file {
            hash.update((file.bytes.len() as u64).to_le_bytes());
            hash.update(&file.bytes);
        }
        hash.update(&self.text);
        hex::encode(hash.finalize())
    }

    /// A mark of everything that decides what is sent to whom. It is no secret: it keeps somebody from sending what they
    /// did not look at.
    pub(super) fn mark(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.content_mark());
        for part in [
            &self.community,
            &self.tlp,
            &self.pap,
            &self.named,
            &self.about,
            &self.about_kind,
        ] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update([u8::from(self.withheld)]);
        hash.update(format!("{:?}", self.edits.items));
        hex::encode(hash.finalize())
    }

    /// What is changed, and what it all is a sign of.
    pub(super) async fn edits(&self, asked: &Asked) -> Result<Edits, Fault> {
        let mut edits = self.edits.clone();
        edits.about = self.about(asked).await?;
        Ok(edits)
    }

    async fn about(&self, asked: &Asked) -> Result<Option<About>, Fault> {
        if self.about.is_empty() {
            return Ok(None);
        }
        let kind = AboutKind::parse(&self.about_kind);
        let kind = kind.ok_or_else(|| bad("bad-about", "choose whether it is a malware, a campaign or a group"))?;
        if self.about.chars().count() > ABOUT_MOST || self.about.chars().any(char::is_control) {
            return Err(bad(
                "bad-about",
                format!("a name has {ABOUT_MOST} characters at most, on one line"),
            ));
        }
        Ok(Some(asked.node().share_about(asked.caller(), kind, &self.about).await?))
    }

    /// The same for the intake; names that are not there and communities that are not open are told as such.
    pub(super) async fn handling(&self, asked: &Asked) -> Result<Handling, Fault> {
        let given = |text: &str| !text.is_empty();
        let mut handling = Handling {
            withheld: self.withheld,
            ..Handling::default()
        };
        if given(&self.tlp) {
            let tlp = Tlp::parse(&self.tlp);
            handling.tlp =
                Some(tlp.ok_or_else(|| bad("bad-marking", "TLP is clear, green, amber, amber+strict or red"))?);
        }
        if given(&self.pap) {
            let pap = Pap::parse(&self.pap);
            handling.pap = Some(pap.ok_or_else(|| bad("bad-marking", "PAP is clear, green, amber or red"))?);
        }
        if given(&self.community) {
            let community = community(asked, &self.community).await?;
            must(asked, Action::Contribute(community))?;
            handling.communities.push(community);
        }
        let names = self.named.split(',').map(str::trim).filter(|name| given(name));
        let names: Vec<&str> = names.collect();
        if names.len() > NAMES_MOST {
            return Err(bad("too-many-names", format!("name {NAMES_MOST} members at most")));
        }
        for name in names {
            let found = member(asked, name).await;
            let shown: String = name.chars().take(64).collect();
            handling.named.push(found.map_err(|fault| match fault.status() {
                StatusCode::NOT_FOUND => bad("no-such-member", format!("you know of no member called '{shown}'")),
                _ => fault,
            })?);
        }
        Ok(handling)
    }
}

/// The file of a form: one that was just chosen counts before the one that the page has kept.
fn file(form: &Form) -> Result<Option<File>, Fault> {
    if let Some((name, bytes)) = form.file() {
        if bytes.len() > FILE_MOST {
            let message = format!(
                "a file may have {} MiB here: share it with 'commonwatch import'",
                FILE_MOST >> 20
            );
            return Err(bad("file-too-large", message));
        }
        return Ok(Some(File {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        }));
    }
    let kept = form.text("kept");
    if kept.is_empty() {
        return Ok(None);
    }
    let bytes = STANDARD.decode(kept);
    let bytes = bytes.map_err(|_| bad("bad-base64", "the file arrived damaged: choose it again"))?;
    Ok(Some(File {
        name: form.text("kept_name").chars().take(200).collect(),
        bytes,
    }))
}

#[cfg(test)]
mod tests {
    use super::{File, Wish};

    #[test]
    fn what_was_looked_at_is_what_is_sent() {
        let wish = Wish {
            text: "a".to_owned(),
            named: "b".to_owned(),
            ..Wish::default()
        };
        let again = || Wish {
            text: "a".to_owned(),
            named: "b".to_owned(),
            ..Wish::default()
        };
        let moved = Wish {
            text: "ab".to_owned(),
            ..Wish::default()
        };
        let withheld = Wish {
            withheld: true,
            ..again()
        };
        let mut changed = again();
        changed.edits.items.insert(
            0,
            formats::edit::Edit {
                leave_out: true,
                ..formats::edit::Edit::default()
            },
        );
        assert_eq!(wish.mark(), again().mark());
        for other in [moved, withheld, changed] {
            assert_ne!(wish.mark(), other.mark());
        }
    }

    #[test]
    fn a_text_and_a_file_together_are_refused() {
        let file = Some(File {
            name: "a.pdf".to_owned(),
            bytes: b"%PDF".to_vec(),
        });
        let both = Wish {
            text: "x".to_owned(),
            file: file.clone(),
            ..Wish::default()
        };
        assert_eq!(both.bytes().unwrap_err().code(), "two-contents");
        let alone = Wish {
            file,
            ..Wish::default()
        };
        assert_eq!(alone.bytes().unwrap(), b"%PDF");
        assert_eq!(Wish::default().bytes().unwrap_err().code(), "nothing-to-share");
    }
}
