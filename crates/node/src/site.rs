//! What this node shows to everybody without an account, and what it takes from them: nothing, unless an operator says so.
//!
//! The configuration says what holds at first; what an operator chose on the page of the node stands above it, until it is
//! given up there.

use policy::{Action, decide};
use serde::{Deserialize, Serialize};
use stix::Timestamp;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// The setting that holds what an operator chose.
const SITE: &str = "site";
/// Contacts in `security.txt`.
const CONTACTS_MOST: usize = 5;
/// Characters of an address.
const ADDRESS_MOST: usize = 300;
/// For how long what it says may hold: RFC 9116, section 2.5.5, recommends less than a year.
const LONGEST_MICROS: i64 = 366 * 86_400_000_000;

/// What is public.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Site {
    /// Whether published advice is shown, with its feeds and the state of the node.
    pub pages: bool,
    /// Whether strangers may report to the operators.
    pub reports: bool,
    /// Whom to tell of a weakness of this node: addresses (`mailto:`, `https:`, `tel:`), the best first.
    pub security_contacts: Vec<String>,
    /// The rules for that, an address.
    pub security_policy: Option<String>,
    /// Languages that are read there.
    pub security_languages: Vec<String>,
    /// Until when all this holds; without it there is no `security.txt`.
    pub security_until: Option<Timestamp>,
}

/// What holds, and whether an operator chose it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteInForce {
    /// What is public.
    pub site: Site,
    /// Whether it was chosen on the page of the node; otherwise the configuration says so.
    pub chosen: bool,
}

fn is_address(text: &str, schemes: &[&str]) -> bool {
    let known = schemes
        .iter()
        .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    known && text.len() <= ADDRESS_MOST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_language(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    tag.len() <= 35 && tag.split('-').all(part) && tag.starts_with(|first: char| first.is_ascii_alphabetic())
}

impl Site {
    /// Whether it can be used.
    ///
    /// # Errors
    /// When an address or a language is none, or it is to hold for too long.
    pub fn check(&self, now: Timestamp) -> Result<(), Error> {
        let contacts = &self.security_contacts;
        let is_contact = |one: &String| is_address(one, &["mailto:", "https://", "tel:"]);
        if contacts.len() > CONTACTS_MOST || !contacts.iter().all(is_contact) {
            let message = format!("give {CONTACTS_MOST} contacts at most, each an address of its own");
            let help = "as in mailto:security@city.example, https://city.example/report or tel:+1-201-555-0123";
            return Err(bad("bad-security-contact", message, help));
        }
        if let Some(policy) = &self.security_policy
            && !is_address(policy, &["https://"])
        {
            let help = "as in https://city.example/disclosure";
            return Err(bad(
                "bad-security-policy",
                "the rules are named by an address over https",
                help,
            ));
        }
        if self.security_languages.len() > 20 || !self.security_languages.iter().all(|tag| is_language(tag)) {
            let help = "as in en, es, fr-CA";
            return Err(bad(
                "bad-language",
                "the languages are not tags with commas between them",
                help,
            ));
        }
        if self
            .security_until
            .is_some_and(|until| until.micros() > now.micros() + LONGEST_MICROS)
        {
            let help = "choose a day within a year, and look at it again before then";
            return Err(bad(
                "holds-too-long",
                "security.txt would hold for longer than a year (RFC 9116)",
                help,
            ));
        }
        Ok(())
    }

    /// `security.txt` (RFC 9116), where there is somebody to tell and it holds still. `base`: the address of this node, where
    /// it has one over TLS.
    pub fn security_txt(&self, base: Option<&str>, now: Timestamp) -> Option<String> {
        let until = self.security_until.filter(|until| *until > now)?;
        let base = base.filter(|base| base.starts_with("https://"));
        let form = base
            .filter(|_| self.reports)
            .map(|base| format!("{}/report", base.trim_end_matches('/')));
        let contacts: Vec<&str> = self.security_contacts.iter().chain(&form).map(String::as_str).collect();
        if contacts.is_empty() {
            return None;
        }
        let mut lines: Vec<String> = contacts.iter().map(|contact| format!("Contact: {contact}")).collect();
        lines.push(format!("Expires: {until}"));
        if !self.security_languages.is_empty() {
            lines.push(format!("Preferred-Languages: {}", self.security_languages.join(", ")));
        }
        lines.extend(base.map(|base| {
            let base = base.trim_end_matches('/');
            format!("Canonical: {base}/.well-known/security.txt")
        }));
        lines.extend(self.security_policy.iter().map(|policy| format!("Policy: {policy}")));
        lines.push(String::new());
        Some(lines.join("\n"))
    }
}

impl Node {
    /// What is public just now. It is no secret: whoever comes, sees it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn site(&self) -> Result<SiteInForce, Error> {
        let chosen = self.store().setting_get(SITE).await?.filter(|text| !text.is_empty());
        let Some(text) = chosen else {
            return Ok(SiteInForce {
                site: self.settings().site.clone(),
                chosen: false,
            });
        };
        let damaged = |error| Error::Ours(format!("the setting '{SITE}' in the store is damaged: {error}"));
        Ok(SiteInForce {
            site: serde_json::from_str(&text).map_err(damaged)?,
            chosen: true,
        })
    }

    /// Chooses what is public; none: what the configuration says.
    ///
    /// # Errors
    /// When the caller is no operator, or it cannot be used.
    pub async fn site_choose(&self, caller: &Caller, site: Option<&Site>) -> Result<(), Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let text = match site {
            None => String::new(),
            Some(site) => {
                site.check(self.now())?;
                if site.reports && self.settings().seal.is_none() {
                    let help = "put seal.key back from a backup, or start the node once with 'commonwatch serve'";
                    return Err(bad(
                        "no-seal",
                        "this node has no key to seal what is reported with",
                        help,
                    ));
                }
                serde_json::to_string(site).map_err(|error| Error::Ours(error.to_string()))?
            }
        };
        let what = "public pages";
        Ok(self
            .store()
            .setting_change(&caller.principal, SITE, &text, what)
            .await?)
    }
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::Site;

    const NOW: &str = "2026-11-23T00:00:00Z";

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn site() -> Site {
        Site {
            reports: true,
            security_contacts: vec!["mailto:security@city.example".to_owned()],
            security_policy: Some("https://city.example/rules".to_owned()),
            security_languages: vec!["en".to_owned(), "de".to_owned()],
            security_until: Some(at("2027-05-01T00:00:00Z")),
            ..Site::default()
        }
    }

    #[test]
    fn security_txt_says_what_rfc_9116_wants() {
        let text = site()
            .security_txt(Some("https://watch.city.example/"), at(NOW))
            .unwrap();
        insta::assert_snapshot!(text, @r"
        Contact: mailto:security@city.example
        Contact: https://watch.city.example/report
        Expires: 2027-05-01T00:00:00.000Z
        Preferred-Languages: en, de
        Canonical: https://watch.city.example/.well-known/security.txt
        Policy: https://city.example/rules
        ");
        // Without an address over TLS it names none of ours.
        let text = site().security_txt(Some("http://127.0.0.1:6100"), at(NOW)).unwrap();
        assert!(!text.contains("127.0.0.1"), "{text}");
    }

    #[test]
    fn what_is_over_or_names_nobody_says_nothing() {
        assert_eq!(site().security_txt(None, at("2027-05-01T00:00:00Z")), None);
        assert_eq!(Site::default().security_txt(Some("https://a.example"), at(NOW)), None);
        let nobody = Site {
            reports: false,
            security_contacts: Vec::new(),
            ..site()
        };
        assert_eq!(nobody.security_txt(Some("https://a.example"), at(NOW)), None);
    }

    #[test]
    fn what_could_break_a_line_is_no_address() {
        let check = |change: fn(&mut Site)| {
            let mut site = site();
            change(&mut site);
            site.check(at(NOW))
        };
        assert!(check(|_| {}).is_ok());
        for odd in [
            "security@city.example",
            "mailto:",
            "https://a b",
            "https://a\nContact: x",
            "javascript:alert(1)",
        ] {
            let mut wrong = site();
            wrong.security_contacts = vec![odd.to_owned()];
            assert!(wrong.check(at(NOW)).is_err(), "{odd:?}");
        }
        assert!(check(|site| site.security_policy = Some("http://a.example".to_owned())).is_err());
        assert!(check(|site| site.security_languages = vec!["en\nx".to_owned()]).is_err());
        assert!(check(|site| site.security_until = Some(Timestamp::parse("2028-01-01T00:00:00Z").unwrap())).is_err());
    }
}
