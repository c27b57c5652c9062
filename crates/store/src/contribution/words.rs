//! Words for full-text search: cut here, the same for both databases, and before either sees them.

/// The words of a text: runs of letters and digits, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// A text as it is indexed.
pub(super) fn indexed(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in words(text) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&word);
    }
    joined
}

/// What is searched for: every group must occur, the words of a group next to each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted(Vec<Group>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    words: Vec<String>,
    /// Whether the last word may go on.
    open: bool,
}

/// The most groups and words that a search may have; the rest is not looked at.
const MOST: usize = 32;

impl Wanted {
    /// Reads what somebody typed: groups are separated by white space, `*` leaves a word open.
    pub(super) fn read(typed: &str) -> Self {
        let group = |typed: &str| Group {
            words: words(typed).take(MOST).collect(),
            open: typed.ends_with('*'),
        };
        let groups = typed.split_whitespace().map(group);
        Self(groups.filter(|group| !group.words.is_empty()).take(MOST).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For FTS5: words hold letters and digits only, so nothing needs to be escaped.
    pub(super) fn fts5(&self) -> String {
        let group = |group: &Group| format!("\"{}\"{}", group.words.join(" "), if group.open { " *" } else { "" });
        self.0.iter().map(group).collect::<Vec<_>>().join(" AND ")
    }

    /// For `to_tsquery`.
    pub(super) fn tsquery(&self) -> String {
        let group = |group: &Group| format!("({}{})", group.words.join(" <-> "), if group.open { ":*" } else { "" });
        self.0.iter().map(group).collect::<Vec<_>>().join(" & ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Wanted, indexed};

    #[test]
    fn an_address_is_words_next_to_each_other() {
        assert_eq!(
            indexed("hxxp://Evil.EXAMPLE/a-b, Zürich"),
            "hxxp evil example a b zürich"
        );
        let wanted = Wanted::read("evil.example  zür* ' \" -");
        assert_eq!(wanted.fts5(), "\"evil example\" AND \"zür\" *");
        assert_eq!(wanted.tsquery(), "(evil <-> example) & (zür:*)");
        assert!(Wanted::read(" -- *").is_empty());
    }

    proptest! {
        #[test]
        fn no_sign_of_a_query_language_gets_through(typed in ".{0,60}") {
            let wanted = Wanted::read(&typed);
            let plain = wanted.tsquery().replace("<->", "").replace(":*", "");
            prop_assert!(plain.chars().all(|letter| letter.is_alphanumeric() || " ()&".contains(letter) || !letter.is_ascii()));
        }
    }
}
