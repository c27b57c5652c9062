//! Adding up what messages say: many of them together, each once, and then it is seen.

use std::collections::{BTreeMap, HashMap};

use policy::{CommunityId, MemberId};
use store::{ErrorKind, NewHit, PendingMessage, SeenValue, SightingRule};

use crate::error::Error;
use crate::node::Node;
use crate::sightings::{rule_for, stretch};

/// Messages of a member that are added up together.
const TOGETHER: usize = 1_000;

/// What is added up: for each indicator and community, one hit.
type Sums = BTreeMap<(String, Option<CommunityId>), NewHit>;

impl Node {
    /// Adds up what waits, until nothing does; gives how many messages it was. Whoever reads what was seen asks for it first.
    ///
    /// # Errors
    /// When the store does not answer, or a member has too many stretches open: its messages wait.
    pub async fn telemetry_add(&self) -> Result<usize, Error> {
        // One at a time: two would add the same messages, and one of them in vain.
        let _turn = self.telemetry_adding().lock().await;
        let (mut added, mut failed) = (0, None);
        for member in self.store().messages_pending_members().await? {
            // What one member's messages wait for, those of others do not.
            match self.add_of(member).await {
                Ok(many) => added += many,
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(added), Err)
    }

    async fn add_of(&self, member: MemberId) -> Result<usize, Error> {
        let rules = self.store().sighting_rule_list(member).await?;
        let mut added = 0;
        loop {
            let messages = self.store().messages_pending(member, TOGETHER).await?;
            if messages.is_empty() {
                return Ok(added);
            }
            let many = messages.len();
            let mut sums = Sums::new();
            let mut those = Vec::with_capacity(many);
            for message in messages {
                those.push((message.id, message.at));
                self.sum(&rules, message, &mut sums);
            }
            let hits = sums.into_values().collect();
            match self.store().messages_add(member, those, hits).await {
                // Another process was quicker.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(added),
                other => other?,
            }
            added += many;
        }
    }

    fn sum(&self, rules: &[SightingRule], message: PendingMessage, sums: &mut Sums) {
        let mut stretches: HashMap<Option<CommunityId>, (stix::Timestamp, stix::Timestamp)> = HashMap::new();
        for one in message.sums {
            let count = i64::try_from(one.count).unwrap_or(i64::MAX);
            for community in &one.communities {
                let rule = rule_for(rules, *community);
                let (starts, ends) = *stretches
                    .entry(rule.community)
                    .or_insert_with(|| stretch(&rule, message.at));
                let hit = sums
                    .entry((one.indicator.clone(), rule.community))
                    .or_insert_with(|| NewHit {
                        uuid: self.fresh_uuid(),
                        indicator: one.indicator.clone(),
                        community: rule.community,
                        starts,
                        ends,
                        value: SeenValue {
                            value: String::new(),
                            kind: String::new(),
                            source: String::new(),
                            count: 0,
                            first: one.first,
                            last: one.last,
                        },
                        event: None,
                    });
                hit.value.count = hit.value.count.saturating_add(count);
                hit.value.first = hit.value.first.min(one.first);
                hit.value.last = hit.value.last.max(one.last);
            }
        }
    }
}
