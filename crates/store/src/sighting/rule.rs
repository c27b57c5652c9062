//! What a member tells of its sightings: a rule for each community, and one for all the others.

use policy::{CommunityId, MemberId, Principal};

use super::{SightingForm, community_number, community_of};
use crate::account::rule_changed;
use crate::db::Change;
use crate::value::Row;
use crate::{Result, Store};

/// What is told, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SightingRule {
    /// To which community; none: to every one that has no rule of its own.
    pub community: Option<CommunityId>,
    /// What is told.
    pub form: SightingForm,
    /// Whether a person is asked first.
    pub asks: bool,
    /// Seconds over which hits are counted into one sighting.
    pub seconds: i64,
    /// Whether an event goes along; only with [`SightingForm::Full`].
    pub log_line: bool,
}

const LIST: &str =
    "select community, form, asks, span, log_line from sighting_rule where member = ?1 order by community";
const CLEAR: &str = "delete from sighting_rule where member = ?1";
const PUT: &str =
    "insert into sighting_rule (member, community, form, asks, span, log_line) values (?1, ?2, ?3, ?4, ?5, ?6)";

fn rule(row: &Row) -> Result<SightingRule> {
    Ok(SightingRule {
        community: community_of(row.int(0)?),
        form: row.word(1, SightingForm::parse)?,
        asks: row.flag(2)?,
        seconds: row.int(3)?,
        log_line: row.flag(4)?,
    })
}

impl Store {
    /// The rules of a member, the one for all other communities first.
    pub async fn sighting_rule_list(&self, member: MemberId) -> Result<Vec<SightingRule>> {
        self.list(LIST, vec![member.into()], rule).await
    }

    /// Puts these rules of a member in place of those that are there.
    pub async fn sighting_rule_put_all(
        &self,
        actor: &Principal,
        member: MemberId,
        rules: &[SightingRule],
    ) -> Result<()> {
        let shown = |rule: &SightingRule| {
            serde_json::json!({
                "community": rule.community.map(|community| community.0), "form": rule.form.as_str(),
                "asks": rule.asks, "seconds": rule.seconds, "log_line": rule.log_line,
            })
        };
        let subject = serde_json::json!({ "rules": rules.iter().map(shown).collect::<Vec<_>>() });
        let mut change = Change::new().with(CLEAR, vec![member.into()]);
        for rule in rules {
            let row = vec![
                member.into(),
                community_number(rule.community).into(),
                rule.form.as_str().into(),
                rule.asks.into(),
                rule.seconds.into(),
                rule.log_line.into(),
            ];
            change = change.with(PUT, row);
        }
        let entry = rule_changed(actor, "sighting rules put", subject);
        self.change(change.entry(entry)).await.map(drop)
    }
}
