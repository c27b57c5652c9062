//! From an account to what it may see: principals, viewers, and the generation that says when both are stale.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use policy::{Audience, AudienceId, CommunityId, MemberId, MemberState, Principal, Viewer};

use stix::marking::{Pap, Tlp};
use tokio::sync::watch;

use crate::account::Person;
use crate::value::Row;
use crate::{Error, Result, Store};

const GENERATION: &str = "select generation from head";
const AUDIENCES_AFTER: &str = "select id, terms from audience where id > ?1 order by id";
const STANDING: &str = "select m.state, m.provider, p.state from member m left join member p on p.id = m.provider \
                        where m.id = ?1";
const PERSON: &str = "select role from person where id = ?1 and member = ?2 and active = 1";
const MEMBERSHIPS: &str = "select s.community, s.contributes, s.coordinates, c.owner from membership s \
                           join community c on c.id = s.community where s.member = ?1";
/// Where a provider may pass to its clients what its communities share: not all charters let it.
const PASSED_ON: &str = "select s.community from membership s join community c on c.id = s.community \
                         where s.member = ?1 and c.to_clients = 1";

/// What was resolved, and under which generation.
#[derive(Default)]
pub(crate) struct Cache {
    known: Mutex<Known>,
    /// The generation that was met last.
    generation: watch::Sender<i64>,
}

#[derive(Default)]
struct Known {
    generation: i64,
    /// Ascending. Audiences never change, so only later ones are ever fetched.
    audiences: Arc<Vec<(AudienceId, Audience)>>,
    /// What a member sees, under that generation.
    members: HashMap<MemberId, Viewer>,
}

impl Cache {
    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Grows whenever anything changes on which a principal or viewer depends. Compare for equality only.
    ///
    /// Whoever waits on [`Store::policy_changes`] is woken where it has moved on since it was read last, also by another
    /// process.
    pub async fn policy_generation(&self) -> Result<i64> {
        let read = self.row(GENERATION, Vec::new(), |row| row.int(0)).await?;
        let generation = read.ok_or_else(|| Error::ours("the store has no head"))?;
        self.sight.generation.send_if_modified(|known| {
            // Two readings may end in the other order: the channel never goes back.
            let moved = *known < generation;
            *known = generation.max(*known);
            moved
        });
        Ok(generation)
    }

    /// The policy generation as this process has met it last: what streams wait on. Changes made through this store are
    /// told at once, those of other processes when [`Store::policy_generation`] is asked next.
    pub fn policy_changes(&self) -> watch::Receiver<i64> {
        self.sight.generation.subscribe()
    }

    /// What the policy needs to know of a person, as the account stands now; somebody inactive, or of an inactive member,
    /// is the public.
    pub async fn principal_of(&self, person: &Person, read_only: bool) -> Result<Principal> {
        let row = vec![person.id.into(), person.member.into()];
        let role = self.row(PERSON, row, |row| row.word(0, policy::Role::parse)).await?;
        let Some(role) = role else {
            return Ok(Principal::public());
        };
        let member = self.principal_of_member(person.member).await?;
        if member.member.is_none() {
            return Ok(member);
        }
        Ok(Principal {
            person: Some(person.id),
            role: Some(role),
            read_only,
            ..member
        })
    }

    /// A member as a reader without a person: for whom pushes and exports are made.
    pub async fn principal_of_member(&self, member: MemberId) -> Result<Principal> {
        let acts = |row: &Row, column| {
            let state = row.maybe_text(column)?;
            Ok::<_, Error>(
                state
                    .as_deref()
                    .and_then(MemberState::parse)
                    .is_some_and(MemberState::acts),
            )
        };
        let standing = |row: &Row| Ok((acts(row, 0)?, row.maybe_int(1)?.map(MemberId), acts(row, 2)?));
        let found = self.row(STANDING, vec![member.into()], standing).await?;
        let Some((true, provider, provider_acts)) = found else {
            return Ok(Principal::public());
        };
        let mut principal = Principal {
            member: Some(member),
            ..Principal::public()
        };
        for row in self.rows(MEMBERSHIPS, vec![member.into()]).await? {
            let community = CommunityId(row.int(0)?);
            principal.communities.insert(community);
            if row.flag(1)? {
                principal.contributes_to.insert(community);
            }
            if row.flag(2)? || row.int(3)? == member.0 {
                principal.coordinates.insert(community);
            }
        }
        if let (Some(provider), true) = (provider, provider_acts) {
            principal.providers.insert(provider);
            let rows = self.rows(PASSED_ON, vec![provider.into()]).await?;
            let communities: Result<BTreeSet<_>> = rows.iter().map(|row| row.int(0).map(CommunityId)).collect();
            principal.provider_communities = communities?;
        }
        Ok(principal)
    }

    /// Resolves what a principal may see, now.
    pub async fn viewer(&self, principal: Arc<Principal>) -> Result<Viewer> {
        let (_, audiences) = self.audiences().await?;
        Ok(Viewer::resolve(
            principal,
            audiences.iter().map(|(id, audience)| (*id, audience)),
        ))
    }

    /// Narrows a view to what was addressed to one community.
    pub async fn viewer_within(&self, viewer: &Viewer, community: CommunityId) -> Result<Viewer> {
        let (_, audiences) = self.audiences().await?;
        Ok(viewer.within(community, audiences.iter().map(|(id, audience)| (*id, audience))))
    }

    /// Narrows a view to what may leave one community by a bridge under a marking at the most.
    pub async fn viewer_leaving(&self, viewer: &Viewer, community: CommunityId, most: (Tlp, Pap)) -> Result<Viewer> {
        let (_, audiences) = self.audiences().await?;
        Ok(viewer.leaving(community, most, audiences.iter().map(|(id, audience)| (*id, audience))))
    }

    /// What a member sees: the versions that a contribution of it is weighed against.
    pub(crate) async fn member_viewer(&self, member: MemberId) -> Result<Viewer> {
        let (generation, audiences) = self.audiences().await?;
        if let Some(viewer) = self.sight.lock().members.get(&member) {
            return Ok(viewer.clone());
        }
        let principal = Arc::new(self.principal_of_member(member).await?);
        let viewer = Viewer::resolve(principal, audiences.iter().map(|(id, audience)| (*id, audience)));
        let mut known = self.sight.lock();
        if known.generation == generation {
            known.members.insert(member, viewer.clone());
        }
        Ok(viewer)
    }

    /// One audience.
    pub(crate) async fn audience(&self, id: AudienceId) -> Result<Audience> {
        let (_, audiences) = self.audiences().await?;
        let at = audiences.binary_search_by_key(&id, |(id, _)| *id);
        at.ok()
            .and_then(|at| audiences.get(at))
            .map(|(_, audience)| audience.clone())
            .ok_or_else(|| Error::ours(format!("audience {} is not there", id.0)).help("run 'commonwatch doctor'"))
    }

    /// One audience, where it is open to a viewer: whoever sees something may know how far it goes.
    pub async fn audience_seen(&self, viewer: &Viewer, id: AudienceId) -> Result<Option<Audience>> {
        match viewer.sees(id) {
            true => self.audience(id).await.map(Some),
            false => Ok(None),
        }
    }

    /// Every audience, and the generation they are of.
    pub(crate) async fn audiences(&self) -> Result<(i64, Arc<Vec<(AudienceId, Audience)>>)> {
        let generation = self.policy_generation().await?;
        let last = {
            let known = self.sight.lock();
            if known.generation == generation {
                return Ok((generation, Arc::clone(&known.audiences)));
            }
            known.audiences.last().map_or(0, |(id, _)| id.0)
        };
        let later = self.list(AUDIENCES_AFTER, vec![last.into()], audience).await?;
        let mut known = self.sight.lock();
        // Another task may have fetched the same meanwhile.
        let last = known.audiences.last().map_or(0, |(id, _)| id.0);
        let new = later.into_iter().filter(|(id, _)| id.0 > last);
        Arc::make_mut(&mut known.audiences).extend(new);
        if known.generation != generation {
            known.generation = generation;
            known.members.clear();
        }
        Ok((generation, Arc::clone(&known.audiences)))
    }
}

fn audience(row: &Row) -> Result<(AudienceId, Audience)> {
    let terms = row.text(1)?;
    let audience = serde_json::from_str(&terms).map_err(|error| {
        Error::ours("a stored audience is unreadable")
            .help("run 'commonwatch doctor'")
            .because(error)
    })?;
    Ok((AudienceId(row.int(0)?), audience))
}
