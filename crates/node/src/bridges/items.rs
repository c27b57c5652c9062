//! Which items of a community leave over a bridge, how they are marked, and what they say of their contributor.

use policy::{CommunityId, MemberId, Viewer};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Bridge, ObjectDetail, ObjectRow};

use super::message::Item;
use super::read_path;
use super::terms::{FROM_THERE, Hop, PairHere, stops};
use crate::communities::shows_members;
use crate::error::Error;
use crate::intake::names_the_sharer;
use crate::node::Node;

/// An item that is to go out.
pub(super) struct Leaving {
    /// What is sent.
    pub item: Item,
    /// The version, as it was read.
    pub row: ObjectRow,
    /// How it is marked here.
    pub before: (Tlp, Pap),
    /// Who contributed it, where the member of the bridge may know.
    pub contributor: Option<MemberId>,
}

/// What becomes of a version.
pub(super) enum Fate {
    /// It goes.
    Leaves(Box<Leaving>),
    /// It stays, and there is nothing to say about it: it came from there.
    Stays,
    /// It stays, and somebody should know why.
    Kept(&'static str),
}

/// The hubs that a contribution has left, or why it goes no further.
type Way = Result<Vec<Hop>, &'static str>;

/// A community that is read for a bridge.
pub(super) struct Outlet<'a> {
    pub node: &'a Node,
    pub bridge: &'a Bridge,
    pub pair: &'a PairHere,
    pub community: CommunityId,
    /// Sees what may leave, and nothing else.
    pub viewer: &'a Viewer,
    pub now: Timestamp,
}

impl Outlet<'_> {
    /// Decides about one version of an object.
    pub async fn decide(&self, row: ObjectRow) -> Result<Fate, Error> {
        let mut why = None;
        for (detail, way) in self.ways(&row.id).await? {
            if detail.row.version_text != row.version_text {
                continue;
            }
            match way {
                Ok(path) => return self.leave(row, detail, path).await,
                Err(stop) => why = Some(stop),
            }
        }
        Ok(match why {
            None | Some(FROM_THERE) => Fate::Stays,
            Some(why) => Fate::Kept(why),
        })
    }

    /// Whether some version of an object passes here: what the other hub shared here itself is no reason for it to keep it.
    pub async fn passes(&self, id: &str) -> Result<bool, Error> {
        Ok(self.ways(id).await?.iter().any(|(_, way)| way.is_ok()))
    }

    /// Every contribution of an object that may leave as it is marked, with the way it came or why it stays for that way.
    async fn ways(&self, id: &str) -> Result<Vec<(ObjectDetail, Way)>, Error> {
        let store = self.node.store();
        let own = self.node.as_hub();
        let to = self.bridge.set.hub.as_deref().unwrap_or_default();
        let came = store.bridge_came(id).await?;
        let mut ways = Vec::new();
        for detail in store.object_get(self.viewer, id).await? {
            if detail.origin == Some(self.bridge.set.member) {
                ways.push((detail, Err(FROM_THERE)));
                continue;
            }
            let by = came.iter().find(|(member, _)| detail.origin == Some(*member));
            let (path, onward) = match by {
                Some((_, item)) => (read_path(&item.path)?, item.onward),
                None => (Vec::new(), true),
            };
            let way = match stops(&path, onward, to, &own.identity, self.pair.hops) {
                Some(stop) => Err(stop),
                None => Ok(path),
            };
            ways.push((detail, way));
        }
        Ok(ways)
    }

    async fn leave(&self, row: ObjectRow, detail: ObjectDetail, mut path: Vec<Hop>) -> Result<Fate, Error> {
        let before = (detail.audience.tlp(), detail.audience.pap());
        let mut object = detail.row.body;
        if self.is_unnamed().await? && !detail.withheld {
            let Some(unnamed) = self.without_name(object, detail.origin).await? else {
                return Ok(Fate::Kept("it names its contributor, who is to stay unnamed"));
            };
            object = unnamed;
        }
        path.push(Hop {
            hub: self.node.as_hub(),
            bridge: self.bridge.set.uuid,
            at: self.now,
            tlp_before: before.0,
            pap_before: before.1,
            tlp: before.0,
            pap: before.1,
        });
        let item = Item {
            object,
            tlp: before.0,
            pap: before.1,
            path,
        };
        Ok(Fate::Leaves(Box::new(Leaving {
            item,
            row,
            before,
            contributor: detail.origin,
        })))
    }

    /// Whether contributors stay unnamed: by the pair, or because the community hides its members from the other hub.
    async fn is_unnamed(&self) -> Result<bool, Error> {
        let community = self.node.community_by_id(self.community).await?;
        Ok(self.pair.anonymous || !shows_members(self.viewer.principal(), &community))
    }

    /// The object in the name of nobody; none where it says the name elsewhere too.
    async fn without_name(&self, object: String, contributor: Option<MemberId>) -> Result<Option<String>, Error> {
        let Some(contributor) = contributor else {
            return Ok(Some(object));
        };
        let named = self.node.member_by_id(contributor).await?;
        let nobody = self.node.producer(contributor, true).await?.to_string();
        let unnamed = object.replace(&named.identity, &nobody);
        let says = names_the_sharer(&unnamed, &named.identity, &named.name);
        Ok(says.is_none().then_some(unnamed))
    }
}
