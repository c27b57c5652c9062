//! What was wrong, in the reader's language.
//!
//! A fault has a stable code and a sentence in English. In English the sentence is shown: it says exactly what and where. In
//! other languages the sentence for the code is, and the English one behind it where that says more (which name, which
//! number); a code without a sentence shows the English one alone.

use super::words::{Language, Words};
use crate::asked::Asked;
use crate::problem::Fault;

/// Codes of which the sentence for the code says everything.
const WHOLE: [&str; 20] = [
    "address-not-allowed",
    "bad-base64",
    "bad-date",
    "bad-scope",
    "bad-until",
    "busy",
    "credentials-wrong",
    "empty-log",
    "internal-error",
    "kept-without-reason",
    "not-found",
    "nothing-to-share",
    "other-site",
    "step-up-needed",
    "too-many-failures",
    "two-contents",
    "two-files",
    "unavailable",
    "wrong-code",
    "wrong-proof",
];

impl Words {
    /// What was wrong.
    pub fn fault(self, fault: &Fault) -> String {
        let key = format!("error-{}", fault.code());
        let said = self.say(&key);
        if self.0 == Language::English || said == key {
            return fault.message().to_owned();
        }
        match WHOLE.contains(&fault.code()) {
            true => said.into_owned(),
            false => format!("{said} ({})", fault.message()),
        }
    }
}

/// What was wrong with a request, for who sent it.
pub(super) fn told(asked: &Asked, fault: &Fault) -> String {
    super::shell::words(&asked.headers).fault(fault)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Language, WHOLE, Words};
    use crate::problem::Fault;

    fn fault(code: &'static str) -> Fault {
        Fault::new(StatusCode::BAD_REQUEST, code, "the English sentence, with 'this' in it")
    }

    #[test]
    fn a_code_is_said_in_the_readers_language_and_the_detail_stays() {
        let german = Words(Language::German);
        assert_eq!(
            german.fault(&fault("name-taken")),
            "Diesen Namen gibt es schon: Wählen Sie einen anderen. (the English sentence, with 'this' in it)"
        );
        assert_eq!(german.fault(&fault("wrong-code")), "Der Code ist falsch.");
        let english = Words(Language::English);
        for code in ["name-taken", "wrong-code", "no-such-code"] {
            assert_eq!(english.fault(&fault(code)), "the English sentence, with 'this' in it");
        }
        assert_eq!(
            german.fault(&fault("no-such-code")),
            "the English sentence, with 'this' in it"
        );
    }

    #[test]
    fn what_is_said_whole_has_a_sentence() {
        for code in WHOLE {
            let key = format!("error-{code}");
            assert_ne!(Words(Language::Dutch).say(&key), key, "{code}");
        }
    }
}
