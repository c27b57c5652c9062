//! What a content is called, in events and in problems.

use std::path::Path;

use events::{Event, Role};
use stix::Problem;

use crate::unpack::{Wrapping, gzip_name};

/// Name and path of a file, or of a member of archives.
pub(super) struct Label {
    /// The name without folders.
    pub name: String,
    /// The path, members behind a `!`.
    pub path: String,
    /// Levels of archives around it.
    pub depth: usize,
}

impl Label {
    pub fn outermost(path: &Path) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            name: name.to_string_lossy().into_owned(),
            path: path.to_string_lossy().into_owned(),
            depth: 0,
        }
    }

    /// A member of an archive.
    pub fn member(&self, member: &str) -> Self {
        // Archives of Windows have backslashes, those of tar a leading `./`.
        let name = member.rsplit(['/', '\\']).next().unwrap_or_default();
        Self {
            name: name.to_owned(),
            path: format!("{}!{}", self.path, member.strip_prefix("./").unwrap_or(member)),
            depth: self.depth + 1,
        }
    }

    /// The one content of a compressed stream: the name that gzip kept, or the own one without its ending.
    pub fn unwrapped(&self, wrapping: Wrapping, head: &[u8]) -> Self {
        let kept = if wrapping == Wrapping::Gzip {
            gzip_name(head)
        } else {
            None
        };
        self.member(&kept.unwrap_or_else(|| self.without_ending(wrapping)))
    }

    fn without_ending(&self, wrapping: Wrapping) -> String {
        match self.name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => {
                let ending = ending.to_ascii_lowercase();
                match ending.as_str() {
                    "tgz" | "tbz" | "tbz2" | "txz" | "tzst" => format!("{stem}.tar"),
                    ending if wrapping.extensions().contains(&ending) => stem.to_owned(),
                    _ => self.name.clone(),
                }
            }
            _ => self.name.clone(),
        }
    }

    /// An event with the names.
    pub fn event(&self) -> Event<'_> {
        let mut event = Event::default();
        event.push("name", self.name.as_str(), Role::FileName);
        event.push("path", self.path.as_str(), Role::FilePath);
        event
    }

    /// Says of a problem that it is here, unless it knows better.
    pub fn placed(&self, mut problem: Problem) -> Problem {
        problem.place.file.get_or_insert_with(|| self.path.clone());
        problem
    }
}
