//! The first steps: what an operator of a fresh node, and a member that just joined, still has to do. Each step is done when
//! the state of the node says so, not when somebody ticks it off.
//!
//! | for | step | done when |
//! |---|---|---|
//! | an operator | name the node | its name is not the one of a first start, and it says whom to write to |
//! | | make a community | there is one |
//! | | invite the first member | somebody was invited, or is there |
//! | | back up | a backup was made |
//! | | share something | the member shared something |
//! | a member | join | the account is there |
//! | | match a log | a log was matched here, or hits came |
//! | | add a source of logs | the member said that it watches |
//! | | choose what is told of sightings | the member chose rules |

use policy::{Action, decide};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// The name of a node whose operator said none.
pub const NAME_OF_FIRST_START: &str = "My organisation";
/// What the setting is called that says that a member matched a log here.
const MATCHED: &str = "walk-matched-";

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Name the node.
    Name,
    /// Make a community.
    Community,
    /// Invite the first member.
    Invite,
    /// Back up.
    Backup,
    /// Share something.
    Share,
    /// Join.
    Join,
    /// Match a log.
    Match,
    /// Add a source of logs.
    Watch,
    /// Choose what is told of sightings.
    Rules,
}

impl Step {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Community => "community",
            Self::Invite => "invite",
            Self::Backup => "backup",
            Self::Share => "share",
            Self::Join => "join",
            Self::Match => "match",
            Self::Watch => "watch",
            Self::Rules => "rules",
        }
    }
}

impl Node {
    /// The steps of whoever asks, each with whether it is done; none where all are, or they need them no more.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn walk(&self, caller: &Caller) -> Result<Option<Vec<(Step, bool)>>, Error> {
        let (Some(person), Some(member)) = (caller.principal.person, caller.principal.member) else {
            return Ok(None);
        };
        let store = self.store();
        if store.walk_is_over(person).await? {
            return Ok(None);
        }
        let viewer = self.viewer(caller).await?;
        let steps = if decide(&caller.principal, Action::Administer).is_ok() {
            let chosen = self.chosen();
            let named = chosen.title != NAME_OF_FIRST_START && chosen.contact.is_some();
            let invited = store.member_list().await?.len() > 1 || !store.invitation_list().await?.is_empty();
            let shared = store.transfer_list(&viewer, 20).await?;
            vec![
                (Step::Name, named),
                (Step::Community, !store.community_list().await?.is_empty()),
                (Step::Invite, invited),
                (Step::Backup, self.backup_last().await?.is_some()),
                (Step::Share, shared.iter().any(|transfer| transfer.accepted > 0)),
            ]
        } else {
            let has_hits = !store.seen_list(member, None, 1).await?.is_empty();
            let matched = has_hits || store.setting_get(&format!("{MATCHED}{}", member.0)).await?.is_some();
            let mut steps = vec![
                (Step::Join, true),
                (Step::Match, matched),
                (Step::Watch, store.member_watches(member).await?),
            ];
            if decide(&caller.principal, Action::JudgeSightings).is_ok() {
                let rules = store.sighting_rule_list(member).await?;
                steps.push((Step::Rules, !rules.is_empty()));
            }
            steps
        };
        Ok(Some(steps).filter(|steps| !steps.iter().all(|(_, done)| *done)))
    }

    /// Shows them no longer to whoever asks.
    ///
    /// # Errors
    /// When nobody with an account asks, or the store does not answer.
    pub async fn walk_end(&self, caller: &Caller) -> Result<(), Error> {
        if caller.principal.person.is_none() || caller.principal.read_only {
            return Err(Error::NotAllowed("sign in first"));
        }
        Ok(self.store().walk_end(&caller.principal).await?)
    }

    /// Notes that the caller's member matched a log here; of the log and what was in it, nothing.
    pub(crate) async fn walk_matched(&self, caller: &Caller) -> Result<(), Error> {
        let Some(member) = caller.principal.member else {
            return Ok(());
        };
        let key = format!("{MATCHED}{}", member.0);
        if self.store().setting_get(&key).await?.is_none() {
            self.store().setting_put(&key, "yes").await?;
        }
        Ok(())
    }
}
