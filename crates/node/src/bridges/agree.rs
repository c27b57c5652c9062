//! Agreeing on a bridge: a person of each side proposes or accepts a version of the terms; either side ends it at once.

use policy::{CommunityId, MemberId};
use serde::{Deserialize, Serialize};
use store::{Bridge, BridgeItem, BridgeState, BridgeStep, CommunityKey, NewBridge, NewRecall, Position, RecallKind};

use super::terms::{AfterEnd, Hub, PairHere, Terms, digest_of};
use super::{channel, not_there};
use crate::accounts::Caller;
use crate::client::Access;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::subscriptions::{administer, check_interval, check_name, check_url};

/// Bridges of one member at the most: what it offers takes room here.
const MOST_OF_ONE: usize = 8;
/// Items of one list.
const MOST_ITEMS: usize = 200;
/// Items read together at the end.
const AT_ONCE: usize = 500;

/// A bridge to be proposed, or a change of its terms.
#[derive(Clone, Debug)]
pub struct BridgeWish {
    /// Its name here.
    pub name: String,
    /// The address of the other hub.
    pub url: String,
    /// How to get in there, see [`Access`]; none: as before.
    pub settings: Option<serde_json::Value>,
    /// The member that stands for the other hub.
    pub member: MemberId,
    /// What passes.
    pub pairs: Vec<PairHere>,
    /// What becomes of it at the end.
    pub after_end: AfterEnd,
    /// Seconds between two runs.
    pub interval_seconds: i64,
}

/// What a proposal would come to, before anybody is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeDraft {
    /// Which version of the terms it would be.
    pub version: i64,
    /// What would pass.
    pub pairs: Vec<PairHere>,
    /// What would become of it at the end.
    pub after_end: AfterEnd,
    /// What holds until the other side accepts.
    pub holding: Vec<PairHere>,
}

/// What is needed to accept what the other side proposed.
#[derive(Clone, Debug)]
pub struct AcceptWish {
    /// The version that was read: another one is not accepted unseen.
    pub version: i64,
    /// The address of the other hub; none: as before.
    pub url: Option<String>,
    /// How to get in there; none: as before.
    pub settings: Option<serde_json::Value>,
    /// Seconds between two runs; none: as before.
    pub interval_seconds: Option<i64>,
}

/// A bridge as its operator reads it: without secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct BridgeView {
    /// What is set and how it goes; `settings` is empty here.
    pub bridge: Bridge,
    /// The settings with every secret blotted out.
    pub settings: serde_json::Value,
    /// What holds.
    pub pairs: Vec<PairHere>,
    /// What becomes of what has passed, by the terms that hold.
    pub after_end: Option<AfterEnd>,
    /// What is proposed.
    pub proposed: Option<(i64, Vec<PairHere>)>,
    /// What would become of it by those.
    pub proposed_after_end: Option<AfterEnd>,
    /// Who did what, in order; empty in lists.
    pub steps: Vec<BridgeStep>,
}

/// The settings of a bridge.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct BridgeSettings {
    #[serde(flatten)]
    pub access: Access,
    #[serde(flatten, skip_serializing)]
    unknown: std::collections::BTreeMap<String, serde_json::Value>,
}

impl BridgeSettings {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let help = "docs/guide/subscriptions.md lists how to get in somewhere";
        let text = if matches!(text.trim(), "" | "null") { "{}" } else { text };
        let settings: Self = serde_json::from_str(text)
            .map_err(|error| bad("bad-settings", format!("the settings cannot be used: {error}"), help))?;
        let known = serde_json::to_value(&settings.access).unwrap_or_default();
        let is_access = |name: &String| known.get(name).is_some();
        match settings.unknown.keys().find(|name| !is_access(name)) {
            Some(name) => Err(bad("bad-settings", format!("there is no setting '{name}'"), help)),
            None => Ok(settings),
        }
    }
}

fn view(bridge: Bridge) -> Result<BridgeView, Error> {
    let first = bridge.set.first;
    let read = |text: &Option<String>| text.as_deref().map(Terms::read).transpose();
    let (holds, proposed) = (read(&bridge.set.terms)?, read(&bridge.set.proposal)?);
    let settings = Access::blotted(&bridge.set.settings);
    let mut bridge = bridge;
    bridge.set.settings = String::new();
    Ok(BridgeView {
        bridge,
        settings,
        pairs: holds.as_ref().map(|terms| terms.here(first)).unwrap_or_default(),
        after_end: holds.map(|terms| terms.after_end),
        proposed: proposed.as_ref().map(|terms| (terms.version, terms.here(first))),
        proposed_after_end: proposed.map(|terms| terms.after_end),
        steps: Vec::new(),
    })
}

/// The state of a bridge that both sides have agreed to: consent to other terms ends no pause.
const fn agreed(before: BridgeState) -> BridgeState {
    match before {
        BridgeState::Paused => BridgeState::Paused,
        _ => BridgeState::Active,
    }
}

/// The instruction that a bridge is to be ended, and the others, as they wait for being told.
pub(super) const OFFER: &str = "offer";
pub(super) const ACCEPTANCE: &str = "acceptance";
pub(super) const END: &str = "end";

impl Node {
    /// Proposes a bridge to the hub that a member stands for, or another version of its terms. The proposer's side has
    /// agreed with that; nothing passes before the other side has too, and until then the version before holds.
    ///
    /// # Errors
    /// When the caller may not, or something in the wish cannot be used.
    pub async fn bridge_propose(&self, caller: &Caller, wish: BridgeWish) -> Result<BridgeView, Error> {
        let (known, settings, terms) = self.drafted(caller, &wish).await?;
        let first = known.as_ref().is_none_or(|known| known.set.first);
        let uuid = terms.bridge;
        let text = terms.text()?;
        let step = self.step(caller, "proposed", terms.version, &text);
        let set = NewBridge {
            uuid,
            name: wish.name,
            member: wish.member,
            first,
            hub: known.as_ref().and_then(|known| known.set.hub.clone()),
            hub_title: known.as_ref().and_then(|known| known.set.hub_title.clone()),
            url: wish.url,
            settings,
            state: known.as_ref().map_or(BridgeState::Open, |known| known.set.state),
            terms: known.as_ref().and_then(|known| known.set.terms.clone()),
            version: known.as_ref().map_or(0, |known| known.set.version),
            proposal: Some(text),
            proposal_ours: true,
            untold: Some(OFFER.to_owned()),
            interval_seconds: wish.interval_seconds,
        };
        let made = self.store().bridge_put(&caller.principal, set, &step).await?;
        view(self.tell_hub(made).await?)
    }

    /// What a proposal would come to. Nothing is kept, and the other hub hears nothing.
    ///
    /// # Errors
    /// As of [`Node::bridge_propose`].
    pub async fn bridge_draft(&self, caller: &Caller, wish: &BridgeWish) -> Result<BridgeDraft, Error> {
        let (known, _, terms) = self.drafted(caller, wish).await?;
        let first = known.as_ref().is_none_or(|known| known.set.first);
        let holding = known.as_ref().and_then(|known| known.set.terms.as_deref());
        let holding = holding.map(Terms::read).transpose()?;
        Ok(BridgeDraft {
            version: terms.version,
            pairs: terms.here(first),
            after_end: terms.after_end,
            holding: holding.map(|terms| terms.here(first)).unwrap_or_default(),
        })
    }

    /// Checks a proposal: gives the bridge that it is of, how to get in there, and the terms.
    async fn drafted(&self, caller: &Caller, wish: &BridgeWish) -> Result<(Option<Bridge>, String, Terms), Error> {
        administer(caller)?;
        check_name(&wish.name)?;
        check_interval(wish.interval_seconds)?;
        check_url(&wish.url)?;
        let known = self.store().bridge_get(&wish.name).await?;
        let before = known.as_ref().map(|known| known.set.settings.clone());
        let given = wish.settings.as_ref().map(serde_json::Value::to_string);
        let settings = given.or(before).unwrap_or_else(|| "{}".to_owned());
        BridgeSettings::parse(&settings)?;
        if let Some(known) = &known {
            if known.set.state == BridgeState::Ended {
                return Err(Error::Conflict(
                    "this bridge has ended: propose one of another name".to_owned(),
                ));
            }
            if known.set.member != wish.member {
                return Err(Error::Conflict(
                    "a bridge stays with the member that stands for its hub".to_owned(),
                ));
            }
            if known.set.proposal.is_some() && !known.set.proposal_ours {
                let message = "the other side has proposed terms: accept them, or end the bridge";
                return Err(Error::Conflict(message.to_owned()));
            }
        }
        let first = known.as_ref().is_none_or(|known| known.set.first);
        let uuid = known.as_ref().map_or_else(|| self.fresh_uuid(), |known| known.set.uuid);
        // Above every text that the other side may have read: consent to one is never taken for another.
        let waiting = known.as_ref().and_then(|known| known.set.proposal.as_deref());
        let waiting = waiting.map(Terms::read).transpose()?.map_or(0, |terms| terms.version);
        let version = known.as_ref().map_or(0, |known| known.set.version).max(waiting) + 1;
        let terms = Terms::new(uuid, version, wish.pairs.clone(), first, wish.after_end)?;
        self.check_pairs(wish.member, &terms.here(first)).await?;
        Ok((known, settings, terms))
    }

    /// Accepts the terms that the other side proposed: from now on they hold here, and there as soon as it hears of it.
    ///
    /// # Errors
    /// When the caller may not, nothing is proposed, another version than was read, or the terms do not fit here.
    pub async fn bridge_accept(&self, caller: &Caller, name: &str, wish: AcceptWish) -> Result<BridgeView, Error> {
        administer(caller)?;
        let known = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        let proposal = known.set.proposal.clone().filter(|_| !known.set.proposal_ours);
        let Some(text) = proposal.filter(|_| known.set.state != BridgeState::Ended) else {
            return Err(Error::Conflict(
                "the other side has proposed nothing that waits for you".to_owned(),
            ));
        };
        let terms = Terms::read(&text)?;
        if terms.version != wish.version {
            let message = format!("what waits is version {}: read it first", terms.version);
            return Err(Error::Conflict(message));
        }
        self.check_pairs(known.set.member, &terms.here(known.set.first)).await?;
        let url = wish.url.unwrap_or_else(|| known.set.url.clone());
        check_url(&url)?;
        let settings = wish
            .settings
            .map_or_else(|| known.set.settings.clone(), |given| given.to_string());
        BridgeSettings::parse(&settings)?;
        let interval_seconds = wish.interval_seconds.unwrap_or(known.set.interval_seconds);
        check_interval(interval_seconds)?;
        let step = self.step(caller, "accepted", terms.version, &text);
        let set = NewBridge {
            url,
            settings,
            interval_seconds,
            state: agreed(known.set.state),
            version: terms.version,
            terms: Some(text),
            proposal: None,
            untold: Some(ACCEPTANCE.to_owned()),
            ..known.set
        };
        let made = self.store().bridge_put(&caller.principal, set, &step).await?;
        self.begin_reading(&made, &terms).await?;
        view(self.tell_hub(made).await?)
    }

    /// Ends a bridge at once, whatever the other side says; it is told.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name that goes on.
    pub async fn bridge_end(&self, caller: &Caller, name: &str) -> Result<BridgeView, Error> {
        administer(caller)?;
        let known = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        if known.set.state == BridgeState::Ended {
            return Err(Error::Conflict("this bridge has ended already".to_owned()));
        }
        let text = known.set.terms.clone().unwrap_or_default();
        let step = self.step(caller, "ended", known.set.version, &text);
        let set = NewBridge {
            state: BridgeState::Ended,
            proposal: None,
            untold: Some(END.to_owned()),
            ..known.set
        };
        let made = self.store().bridge_put(&caller.principal, set, &step).await?;
        self.after_end(&made).await?;
        view(self.tell_hub(made).await?)
    }

    /// Pauses a bridge, or lets it go on. It is no part of what was agreed, and this side's alone: meanwhile nothing passes
    /// either way but recalls; what is shared then passes when the pause is over.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name that could be paused or go on.
    pub async fn bridge_pause(&self, caller: &Caller, name: &str, pause: bool) -> Result<BridgeView, Error> {
        administer(caller)?;
        let known = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        let (what, state) = match (known.set.state, pause) {
            (BridgeState::Active, true) => ("paused", BridgeState::Paused),
            (BridgeState::Paused, false) => ("resumed", BridgeState::Active),
            (BridgeState::Paused, true) => return Err(Error::Conflict("this bridge is paused already".to_owned())),
            (BridgeState::Active, false) => return Err(Error::Conflict("this bridge is not paused".to_owned())),
            (BridgeState::Open | BridgeState::Ended, _) => {
                return Err(Error::Conflict("nothing passes this bridge anyway".to_owned()));
            }
        };
        let text = known.set.terms.clone().unwrap_or_default();
        let step = self.step(caller, what, known.set.version, &text);
        let set = NewBridge { state, ..known.set };
        view(self.store().bridge_put(&caller.principal, set, &step).await?)
    }

    /// Every bridge, by name, without secrets.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn bridges(&self, caller: &Caller) -> Result<Vec<BridgeView>, Error> {
        administer(caller)?;
        self.store().bridge_list().await?.into_iter().map(view).collect()
    }

    /// One bridge with who agreed to what.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn bridge(&self, caller: &Caller, name: &str) -> Result<BridgeView, Error> {
        administer(caller)?;
        let found = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        let steps = self.store().bridge_steps(found.id).await?;
        Ok(BridgeView { steps, ..view(found)? })
    }

    /// What passed a bridge last, the newest first. Objects are named only: what is in them is read as by everybody.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn bridge_passed(&self, caller: &Caller, name: &str) -> Result<Vec<BridgeItem>, Error> {
        administer(caller)?;
        let found = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        let viewer = self.viewer(caller).await?;
        let mut seen = Vec::new();
        // An operator learns of no object that their member does not see.
        for item in self.store().bridge_items(found.id, None, MOST_ITEMS).await? {
            if self.store().object_exists(&viewer, &item.object).await? {
                seen.push(item);
            }
        }
        Ok(seen)
    }

    fn step(&self, caller: &Caller, what: &str, version: i64, text: &str) -> BridgeStep {
        BridgeStep {
            what: what.to_owned(),
            ours: true,
            person: caller.principal.person,
            name: None,
            version,
            digest: digest_of(text),
            at: self.now(),
        }
    }

    /// The community of an alias here.
    pub(super) async fn paired(&self, alias: &str) -> Result<store::Community, Error> {
        let found = self.store().community_get(CommunityKey::Alias(alias)).await?;
        found.ok_or_else(|| {
            let help = "pairs name communities by their alias";
            bad(
                "no-such-community",
                format!("there is no community '{alias}' here"),
                help,
            )
        })
    }

    /// What stands against these pairs here.
    async fn check_pairs(&self, member: MemberId, pairs: &[PairHere]) -> Result<(), Error> {
        let principal = self.store().principal_of_member(member).await?;
        if principal.member.is_none() {
            let help = "make a member for the other hub first, and let it be active";
            return Err(bad("no-such-hub", "no active member stands for the other hub", help));
        }
        for pair in pairs {
            let community = self.paired(&pair.ours).await?;
            if !principal.communities.contains(&community.id) {
                let help = "let the member that stands for the other hub join it first";
                let message = format!("the other hub is not in the community '{}'", pair.ours);
                return Err(bad("hub-outside", message, help));
            }
            if pair.takes && !principal.contributes_to.contains(&community.id) {
                let help = "let it contribute, or take nothing from there";
                let message = format!("the other hub may not contribute to '{}'", pair.ours);
                return Err(bad("hub-may-not-contribute", message, help));
            }
            let most = self.charter_in_force(community.id).await?.text.bridges;
            if pair.sends && most.is_none_or(|most| pair.tlp > most) {
                let most = most.map_or("nothing", stix::marking::Tlp::label);
                let message = format!(
                    "by the charter of '{}' what passes a bridge at the most is: {most}",
                    pair.ours
                );
                let help = "its coordinators can put 'bridges' in the charter; or choose a lower marking";
                return Err(bad("charter-forbids", message, help));
            }
        }
        Ok(())
    }

    /// What was shared before both agreed stays where it is: reading begins now.
    pub(super) async fn begin_reading(&self, bridge: &Bridge, terms: &Terms) -> Result<(), Error> {
        let caller = self.hub_caller(bridge).await?;
        let viewer = self.viewer(&caller).await?;
        let last = self.store().last_position(&viewer).await?;
        for pair in terms.here(bridge.set.first) {
            let community = self.paired(&pair.ours).await?.id;
            if self.store().bridge_cursor(bridge.id, community).await?.is_none() {
                self.store()
                    .bridge_cursor_put(bridge.id, community, Position(last.0))
                    .await?;
            }
        }
        Ok(())
    }

    /// Takes back what came, where that was agreed.
    pub(super) async fn after_end(&self, bridge: &Bridge) -> Result<(), Error> {
        let terms = bridge.set.terms.as_deref().map(Terms::read).transpose()?;
        if terms.is_none_or(|terms| terms.after_end == AfterEnd::Stays) {
            return Ok(());
        }
        let principal = self.store().principal_of_member(bridge.set.member).await?;
        let mut before = None;
        loop {
            let items = self.store().bridge_items(bridge.id, before, AT_ONCE).await?;
            let Some(last) = items.last() else { break };
            before = Some((last.at, last.object.clone()));
            for item in items.iter().filter(|item| !item.outward && item.state == "passed") {
                let new = NewRecall {
                    uuid: self.fresh_uuid(),
                    kind: RecallKind::Retract,
                    object: item.object.clone(),
                    owner: bridge.set.member,
                    community: None,
                    channel: Some(channel(bridge)),
                    versions: None,
                    reason: "the bridge by which it came has ended".to_owned(),
                };
                match self.store().recall(&principal, &new).await {
                    Ok(_) => {}
                    Err(error) if error.kind() == store::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        self.recalls_changed();
        Ok(())
    }

    /// Notes what the other hub offers.
    pub(super) async fn offered(
        &self,
        member: MemberId,
        uuid: uuid::Uuid,
        text: &str,
        person: &str,
        hub: Hub,
    ) -> Result<(), Error> {
        let terms = Terms::read(text)?;
        if terms.bridge != uuid {
            return Err(bad(
                "bad-terms",
                "the terms are of another bridge",
                "send them to its address",
            ));
        }
        let known = self.store().bridge_by_uuid(uuid).await?;
        if known.as_ref().is_some_and(|known| known.set.member != member) {
            return Err(not_there(&uuid.to_string()));
        }
        if let Some(known) = &known {
            if known.set.proposal.as_deref() == Some(text) && !known.set.proposal_ours {
                return Ok(());
            }
            if known.set.state == BridgeState::Ended {
                return Err(Error::Conflict("this bridge has ended".to_owned()));
            }
            // Where both propose at the same time, one has to give way: the side that did not make the bridge.
            if known.set.proposal.is_some() && known.set.proposal_ours && known.set.first {
                return Err(Error::Conflict("terms that we proposed wait for you".to_owned()));
            }
            if terms.version <= known.set.version {
                return Err(Error::Conflict(format!(
                    "what holds here is version {}",
                    known.set.version
                )));
            }
        } else {
            let all = self.store().bridge_list().await?;
            let of_one = |one: &&Bridge| one.set.member == member && one.set.state != BridgeState::Ended;
            if all.iter().filter(of_one).count() >= MOST_OF_ONE {
                let message = format!("{MOST_OF_ONE} bridges of one hub are the most");
                return Err(Error::Conflict(message));
            }
        }
        let named = self.member_by_id(member).await?.name;
        let step = BridgeStep {
            what: "proposed".to_owned(),
            ours: false,
            person: None,
            name: Some(person.to_owned()),
            version: terms.version,
            digest: digest_of(text),
            at: self.now(),
        };
        let fresh = NewBridge {
            uuid,
            name: offered_name(&named, uuid),
            member,
            first: false,
            hub: None,
            hub_title: None,
            url: String::new(),
            settings: "{}".to_owned(),
            state: BridgeState::Open,
            terms: None,
            version: 0,
            proposal: None,
            proposal_ours: false,
            untold: None,
            interval_seconds: 60,
        };
        let set = NewBridge {
            hub: Some(hub.identity),
            hub_title: Some(hub.title),
            proposal: Some(text.to_owned()),
            proposal_ours: false,
            untold: None,
            ..known.map_or(fresh, |known| known.set)
        };
        let principal = self.store().principal_of_member(member).await?;
        self.store().bridge_put(&principal, set, &step).await?;
        Ok(())
    }

    /// Notes that the other hub has accepted what was proposed here.
    pub(super) async fn accepted(
        &self,
        bridge: Bridge,
        version: i64,
        digest: &str,
        person: &str,
        hub: Hub,
    ) -> Result<(), Error> {
        let same = |text: &String| hex::encode(digest_of(text)) == digest;
        if bridge.set.version == version && bridge.set.terms.as_ref().is_some_and(same) {
            return Ok(());
        }
        let proposal = bridge.set.proposal.clone().filter(|_| bridge.set.proposal_ours);
        let Some(text) = proposal.filter(|text| same(text) && bridge.set.state != BridgeState::Ended) else {
            return Err(Error::Conflict("that is not what waits for you here".to_owned()));
        };
        let terms = Terms::read(&text)?;
        let step = BridgeStep {
            what: "accepted".to_owned(),
            ours: false,
            person: None,
            name: Some(person.to_owned()),
            version,
            digest: digest_of(&text),
            at: self.now(),
        };
        let set = NewBridge {
            hub: Some(hub.identity),
            hub_title: Some(hub.title),
            state: agreed(bridge.set.state),
            version: terms.version,
            terms: Some(text),
            proposal: None,
            untold: None,
            ..bridge.set
        };
        let principal = self.store().principal_of_member(set.member).await?;
        let made = self.store().bridge_put(&principal, set, &step).await?;
        self.begin_reading(&made, &terms).await
    }

    /// Notes that the other hub has ended it.
    pub(super) async fn ended(&self, bridge: Bridge, person: &str) -> Result<(), Error> {
        if bridge.set.state == BridgeState::Ended {
            return Ok(());
        }
        let step = BridgeStep {
            what: "ended".to_owned(),
            ours: false,
            person: None,
            name: Some(person.to_owned()),
            version: bridge.set.version,
            digest: digest_of(bridge.set.terms.as_deref().unwrap_or_default()),
            at: self.now(),
        };
        let set = NewBridge {
            state: BridgeState::Ended,
            proposal: None,
            untold: None,
            ..bridge.set
        };
        let principal = self.store().principal_of_member(set.member).await?;
        let made = self.store().bridge_put(&principal, set, &step).await?;
        self.after_end(&made).await
    }

    /// The community of a pair, where this bridge has it.
    pub(super) async fn pair_of(&self, terms: &Terms, first: bool, ours: &str) -> Option<(PairHere, CommunityId)> {
        let pair = terms.here(first).into_iter().find(|pair| pair.ours == ours)?;
        let community = self.paired(&pair.ours).await.ok()?;
        Some((pair, community.id))
    }
}

/// A name for a bridge that was offered: of the member that stands for the hub, and a piece of its number.
fn offered_name(member: &str, uuid: uuid::Uuid) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = member.chars().take(40).map(plain).collect();
    let number = uuid.simple().to_string();
    format!("{}-{}", name.trim_matches('-'), &number[..8])
}
