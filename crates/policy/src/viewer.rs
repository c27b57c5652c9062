//! A principal together with the audiences open to them: the ticket without which the store reads nothing.

use std::sync::Arc;

use stix::marking::{Pap, Tlp};

use crate::audience::Audience;
use crate::principal::{AudienceId, CommunityId, Principal};
use crate::sight::may_see;

/// Who is asking, resolved once a request. Only [`Viewer::resolve`] makes one.
#[derive(Clone, Debug)]
pub struct Viewer {
    principal: Arc<Principal>,
    /// Ascending.
    audiences: Arc<[AudienceId]>,
}

impl Viewer {
    /// Applies the rule of sight to every audience there is.
    pub fn resolve<'a>(
        principal: Arc<Principal>,
        audiences: impl IntoIterator<Item = (AudienceId, &'a Audience)>,
    ) -> Self {
        let open: Vec<AudienceId> = audiences
            .into_iter()
            .filter(|(_, audience)| may_see(&principal, audience))
            .map(|(id, _)| id)
            .collect();
        Self::of(principal, open)
    }

    /// Keeps the promise that the audiences ascend.
    fn of(principal: Arc<Principal>, open: impl IntoIterator<Item = AudienceId>) -> Self {
        let mut open: Vec<AudienceId> = open.into_iter().collect();
        open.sort_unstable();
        open.dedup();
        Self {
            principal,
            audiences: open.into(),
        }
    }

    /// Narrows the view to what was addressed to one community (a TAXII collection); never widens it.
    pub fn within<'a>(
        &self,
        community: CommunityId,
        audiences: impl IntoIterator<Item = (AudienceId, &'a Audience)>,
    ) -> Self {
        let addressed = audiences
            .into_iter()
            .filter(|(id, audience)| audience.communities().contains(&community) && self.sees(*id));
        Self::of(Arc::clone(&self.principal), addressed.map(|(id, _)| id))
    }

    /// Narrows the view to what was addressed to one community as a whole, and not marked more strictly than this: what
    /// may leave by a bridge. What names members is for them, and never leaves.
    pub fn leaving<'a>(
        &self,
        community: CommunityId,
        most: (Tlp, Pap),
        audiences: impl IntoIterator<Item = (AudienceId, &'a Audience)>,
    ) -> Self {
        let kept = audiences
            .into_iter()
            .filter(|(id, audience)| self.sees(*id) && leaves(audience, community, most));
        Self::of(Arc::clone(&self.principal), kept.map(|(id, _)| id))
    }

    /// Narrows the view to what is marked with one of these colours; never widens it.
    pub fn coloured<'a>(
        &self,
        colours: &[Tlp],
        audiences: impl IntoIterator<Item = (AudienceId, &'a Audience)>,
    ) -> Self {
        let kept = audiences
            .into_iter()
            .filter(|(id, audience)| colours.contains(&audience.tlp()) && self.sees(*id));
        Self::of(Arc::clone(&self.principal), kept.map(|(id, _)| id))
    }

    /// Who is asking.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The audiences open to them, ascending.
    pub fn audiences(&self) -> &[AudienceId] {
        &self.audiences
    }

    /// Whether an audience is open to them.
    pub fn sees(&self, audience: AudienceId) -> bool {
        self.audiences.binary_search(&audience).is_ok()
    }
}

/// Whether what an audience may see leaves a community by a bridge that lets this marking pass at the most.
pub fn leaves(audience: &Audience, community: CommunityId, most: (Tlp, Pap)) -> bool {
    audience.communities().contains(&community)
        && audience.named().is_empty()
        && audience.tlp() <= most.0
        && audience.tlp() != Tlp::Red
        && audience.pap() <= most.1
}
