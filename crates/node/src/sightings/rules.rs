//! The rules of a member: for each community what is told, whether a person is asked, and over which stretch of time.

use std::collections::HashSet;

use policy::CommunityId;
use stix::Timestamp;
use store::{SightingForm, SightingRule};

use super::make::down;
use super::{judging_member, own_member};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// What holds where a member chose nothing: somebody is asked before anything is told, and then the least is.
pub const RULE_DEFAULT: SightingRule = SightingRule {
    community: None,
    form: SightingForm::Count,
    asks: true,
    seconds: 3_600,
    log_line: false,
};

/// The shortest stretch of time.
pub const SECONDS_LEAST: i64 = 60;
/// The longest one.
pub const SECONDS_MOST: i64 = 30 * 86_400;

/// The rule for a community (or for the named members of no community).
pub(crate) fn rule_for(rules: &[SightingRule], community: Option<CommunityId>) -> SightingRule {
    let of = |wanted: Option<CommunityId>| rules.iter().find(|rule| rule.community == wanted).copied();
    let rule = of(community).or_else(|| of(None)).unwrap_or(RULE_DEFAULT);
    SightingRule { community, ..rule }
}

/// The stretch that an instant lies in: when it begins and ends.
pub(crate) fn stretch(rule: &SightingRule, at: Timestamp) -> (Timestamp, Timestamp) {
    let micros = rule.seconds.saturating_mul(1_000_000).max(1);
    let starts = down(at, micros);
    (starts, starts.plus_micros(micros))
}

fn check(rule: &SightingRule) -> Result<(), Error> {
    if !(SECONDS_LEAST..=SECONDS_MOST).contains(&rule.seconds) {
        let message = format!(
            "{} seconds is no stretch of time that sightings are counted over",
            rule.seconds
        );
        let help = "from a minute to thirty days; an hour is usual";
        return Err(bad("bad-window", message, help));
    }
    if rule.log_line && rule.form != SightingForm::Full {
        let message = format!(
            "a log line can go along with the form 'full' only, not with '{}'",
            rule.form.as_str()
        );
        return Err(bad(
            "log-line-names",
            message,
            "choose the form 'full', or leave the log line at home",
        ));
    }
    Ok(())
}

impl Node {
    /// The rules of the caller's member, the one for all other communities first; always that one, chosen or not.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn sighting_rules(&self, caller: &Caller) -> Result<Vec<SightingRule>, Error> {
        let member = own_member(caller)?;
        let mut rules = self.store().sighting_rule_list(member).await?;
        if rules.iter().all(|rule| rule.community.is_some()) {
            rules.insert(0, RULE_DEFAULT);
        }
        Ok(rules)
    }

    /// Puts these rules in place of the member's own; what is not in them is as if it was never chosen.
    ///
    /// # Errors
    /// When the caller may not decide this, a community is none of theirs or named twice, or a rule contradicts itself.
    pub async fn sighting_rules_put(&self, caller: &Caller, rules: &[SightingRule]) -> Result<(), Error> {
        let member = judging_member(caller)?;
        let mut named = HashSet::new();
        for rule in rules {
            check(rule)?;
            if !named.insert(rule.community) {
                let message = "there are two rules for one community".to_owned();
                return Err(bad("rule-twice", message, "leave one of them out"));
            }
            if rule
                .community
                .is_some_and(|community| !caller.principal.communities.contains(&community))
            {
                return Err(Error::NotFound(
                    "there is no such community, or it is not open to you".to_owned(),
                ));
            }
        }
        let principal = &caller.principal;
        Ok(self.store().sighting_rule_put_all(principal, member, rules).await?)
    }

    /// Puts one rule in place of the one for the same community.
    ///
    /// # Errors
    /// As [`Node::sighting_rules_put`].
    pub async fn sighting_rule_put(&self, caller: &Caller, rule: SightingRule) -> Result<(), Error> {
        let member = judging_member(caller)?;
        let mut rules = self.store().sighting_rule_list(member).await?;
        // A rule for a community that the member has left would be refused, and says nothing any more.
        rules.retain(|one| {
            let still_in = |community| caller.principal.communities.contains(&community);
            one.community != rule.community && one.community.is_none_or(still_in)
        });
        rules.push(rule);
        self.sighting_rules_put(caller, &rules).await
    }
}

#[cfg(test)]
mod tests {
    use policy::CommunityId;
    use store::{SightingForm, SightingRule};

    use super::{RULE_DEFAULT, check, rule_for};

    #[test]
    fn a_rule_of_its_own_comes_before_the_one_for_all_and_that_before_asking() {
        let own = SightingRule {
            community: Some(CommunityId(1)),
            form: SightingForm::Full,
            ..RULE_DEFAULT
        };
        let all = SightingRule {
            form: SightingForm::Never,
            ..RULE_DEFAULT
        };
        assert_eq!(rule_for(&[all, own], Some(CommunityId(1))).form, SightingForm::Full);
        assert_eq!(rule_for(&[all, own], Some(CommunityId(2))).form, SightingForm::Never);
        assert_eq!(rule_for(&[all, own], None).form, SightingForm::Never);
        assert!(rule_for(&[own], Some(CommunityId(2))).asks);
    }

    #[test]
    fn a_log_line_goes_with_a_name_only() {
        let rule = |form| SightingRule {
            log_line: true,
            form,
            ..RULE_DEFAULT
        };
        assert!(check(&rule(SightingForm::Full)).is_ok());
        for form in [SightingForm::Count, SightingForm::Sector, SightingForm::Never] {
            assert!(check(&rule(form)).is_err());
        }
    }
}
