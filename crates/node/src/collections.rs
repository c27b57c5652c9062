//! Communities as a reader meets them: one TAXII collection each, and one of everything the reader may see.

use std::sync::{Arc, PoisonError};

use policy::{Action, CommunityId, Viewer, decide};
use store::Community;
use uuid::{Uuid, uuid};

use crate::accounts::{Caller, Sight};
use crate::error::Error;
use crate::node::Node;

/// The collection of everything that its reader may see, the same on every node.
pub const EVERYTHING: Uuid = uuid!("4e0d3c9e-6f0b-5f56-9d3a-0c5d5f7d9a01");
/// Its other name in addresses.
pub const EVERYTHING_ALIAS: &str = "all";

/// A community, or everything, as one reader meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Its identifier.
    pub uuid: Uuid,
    /// Its other name in addresses.
    pub alias: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whether this reader may read it.
    pub can_read: bool,
    /// Whether this reader may share into it.
    pub can_write: bool,
    /// The community behind it; none for everything.
    pub community: Option<CommunityId>,
}

/// A collection as a caller meets it, under one generation of the rules.
#[derive(Clone, Debug)]
pub struct Look {
    /// Who looks.
    pub caller: Caller,
    /// At what.
    pub collection: Collection,
    /// What they see of it.
    pub viewer: Viewer,
    /// The generation that was in force before.
    generation: i64,
}

/// How often it is looked again because the rules moved on meanwhile.
const MOST_LOOKS: usize = 5;
/// Communities looked at together.
const BATCH: usize = 200;

impl Node {
    /// The collections of a caller: everything first, then their communities by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn collections(&self, caller: &Caller) -> Result<Vec<Collection>, Error> {
        if let Some(collections) = caller.sight.as_ref().and_then(|sight| sight.collections.get()) {
            return Ok(collections.clone());
        }
        let collections = self.collections_now(caller).await?;
        if let Some(sight) = &caller.sight {
            let _ = sight.collections.set(collections.clone());
        }
        Ok(collections)
    }

    async fn collections_now(&self, caller: &Caller) -> Result<Vec<Collection>, Error> {
        let mut collections = vec![Collection {
            uuid: EVERYTHING,
            alias: EVERYTHING_ALIAS.to_owned(),
            title: "Everything you may see".to_owned(),
            description: "All communities of the reader in one collection, and what is public".to_owned(),
            can_read: true,
            can_write: false,
            community: None,
        }];
        let principal = &caller.principal;
        if principal.communities.is_empty() {
            return Ok(collections);
        }
        for community in self.store().community_list().await? {
            if !principal.communities.contains(&community.id) {
                continue;
            }
            collections.push(Collection {
                uuid: community.uuid,
                alias: community.alias,
                title: community.title,
                description: community.purpose,
                can_read: true,
                can_write: decide(principal, Action::Contribute(community.id)).is_ok(),
                community: Some(community.id),
            });
        }
        collections[1..].sort_by(|one, other| one.title.cmp(&other.title));
        Ok(collections)
    }

    /// The communities that a caller may know of: their member's own, public ones, and all for an operator.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn communities(&self, caller: &Caller) -> Result<Vec<Community>, Error> {
        let principal = &caller.principal;
        let everything = decide(principal, Action::Administer).is_ok();
        let known = |community: &Community| {
            everything
                || principal.communities.contains(&community.id)
                || (community.public && principal.member.is_some())
        };
        Ok(self.store().community_list().await?.into_iter().filter(known).collect())
    }

    /// A page of them by alias, strictly after one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn community_page(&self, caller: &Caller, after: &str, limit: usize) -> Result<Vec<Community>, Error> {
        let principal = &caller.principal;
        let everything = decide(principal, Action::Administer).is_ok();
        let mut page = Vec::new();
        let mut after = after.to_owned();
        loop {
            let batch = self.store().community_page(&after, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(page) };
            after.clone_from(&last.alias);
            let full = batch.len() == BATCH;
            let known = batch.into_iter().filter(|community| {
                everything
                    || principal.communities.contains(&community.id)
                    || (community.public && principal.member.is_some())
            });
            let room = limit - page.len();
            page.extend(known.take(room));
            if page.len() == limit || !full {
                return Ok(page);
            }
        }
    }

    /// One collection and the view of it; none where it does not exist or is not this caller's (never told apart).
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn collection(&self, caller: &Caller, name: &str) -> Result<Option<(Collection, Viewer)>, Error> {
        let wanted = Uuid::try_parse(name).ok();
        let found = self
            .collections(caller)
            .await?
            .into_iter()
            .find(|collection| match wanted {
                Some(uuid) => collection.uuid == uuid,
                None => collection.alias == name,
            });
        let Some(collection) = found else { return Ok(None) };
        let viewer = self.viewer(caller).await?;
        let viewer = match collection.community {
            Some(community) => self.viewer_within(caller, &viewer, community).await?,
            None => viewer,
        };
        Ok(Some((collection, viewer)))
    }

    /// The same, with the generation of the rules that it is of.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn look(&self, caller: &Caller, name: &str) -> Result<Option<Look>, Error> {
        let generation = match &caller.sight {
            Some(sight) => sight.generation,
            None => self.store().policy_generation().await?,
        };
        let found = self.collection(caller, name).await?;
        Ok(found.map(|(collection, viewer)| Look {
            caller: caller.clone(),
            collection,
            viewer,
            generation,
        }))
    }

    /// Reads something of a collection, and looks and reads again where the rules moved on meanwhile: what is new may be for
    /// the reader and not in their view yet, and whoever goes on after it would lose it.
    ///
    /// # Errors
    /// When the store does not answer, the collection is not the reader's any more, or the rules move on all the time.
    pub async fn read_steadily<T, F, R>(&self, mut look: Look, read: F) -> Result<(Look, T), Error>
    where
        F: Fn(Viewer) -> R,
        R: Future<Output = Result<T, store::Error>>,
    {
        for _ in 0..MOST_LOOKS {
            let page = read(look.viewer.clone()).await?;
            if self.store().policy_generation().await? == look.generation {
                return Ok((look, page));
            }
            let caller = Caller {
                credential: look.caller.credential,
                ..self.as_of_now(&look.caller).await?
            };
            let gone = || Error::NotFound("there is no such collection any more, or it is not open to you".to_owned());
            let name = look.collection.uuid.to_string();
            look = self.look(&caller, &name).await?.ok_or_else(gone)?;
        }
        Err(Error::Unavailable(
            "who may see what changed again and again while it was read".to_owned(),
        ))
    }

    async fn viewer_within(&self, caller: &Caller, viewer: &Viewer, community: CommunityId) -> Result<Viewer, Error> {
        let kept = |sight: &Arc<Sight>| {
            sight
                .within
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&community)
                .cloned()
        };
        if let Some(narrowed) = caller.sight.as_ref().and_then(kept) {
            return Ok(narrowed);
        }
        let narrowed = self.store().viewer_within(viewer, community).await?;
        if let Some(sight) = &caller.sight {
            sight
                .within
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(community, narrowed.clone());
        }
        Ok(narrowed)
    }
}
