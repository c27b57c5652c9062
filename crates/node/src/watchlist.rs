//! What a member may look for: the indicators that a caller sees, compiled into a watchlist.

use matching::Watchlist;
use matching::watchlist::{About, Around, Builder, Options};
use policy::{Action, decide};
use stix::{Problem, Timestamp};
use store::{ObjectQuery, Position};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Rows read together.
const BATCH: usize = 2_000;
/// Types of object that say something about indicators.
const AROUND: [&str; 9] = [
    "attack-pattern",
    "campaign",
    "course-of-action",
    "infrastructure",
    "intrusion-set",
    "malware",
    "relationship",
    "threat-actor",
    "tool",
];

impl Node {
    /// Compiles what the caller sees: what they may not see they cannot match. Gives also the problems of indicators that
    /// cannot be used.
    ///
    /// # Errors
    /// When the caller may not read, or the store does not answer.
    pub async fn watchlist(&self, caller: &Caller, options: Options) -> Result<(Watchlist, Vec<Problem>), Error> {
        self.watchlist_since(caller, options, None).await
    }

    /// The same of what was added after a time only: what a hunt has not looked for yet.
    ///
    /// # Errors
    /// As [`Node::watchlist`].
    pub async fn watchlist_since(
        &self,
        caller: &Caller,
        options: Options,
        since: Option<Timestamp>,
    ) -> Result<(Watchlist, Vec<Problem>), Error> {
        let query = ObjectQuery {
            added_after: since,
            ..query(&["indicator"])
        };
        self.watchlist_of(caller, options, query).await
    }

    /// The same of one indicator: what is looked for when somebody wants to know of this one.
    ///
    /// # Errors
    /// As [`Node::watchlist`].
    pub async fn watchlist_of_one(
        &self,
        caller: &Caller,
        options: Options,
        id: &str,
    ) -> Result<(Watchlist, Vec<Problem>), Error> {
        let query = ObjectQuery {
            ids: vec![id.to_owned()],
            ..query(&["indicator"])
        };
        self.watchlist_of(caller, options, query).await
    }

    async fn watchlist_of(
        &self,
        caller: &Caller,
        options: Options,
        mut query: ObjectQuery,
    ) -> Result<(Watchlist, Vec<Problem>), Error> {
        decide(&caller.principal, Action::Read).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let viewer = self.viewer(caller).await?;
        let mut around = Around::default();
        let mut others = self::query(&AROUND);
        loop {
            let page = self.store().object_page(&viewer, &others).await?;
            for row in &page.rows {
                around.see(stix::Object::parse(&row.body)?.map());
            }
            let Some(last) = page.rows.last().filter(|_| page.more) else {
                break;
            };
            others.from = Some(Position::from(last.added));
        }
        let mut builder = Builder::new(options);
        loop {
            let page = self.store().object_page(&viewer, &query).await?;
            let (Some(first), Some(last)) = (page.rows.first(), page.rows.last()) else {
                break;
            };
            let marks = self.store().mark_list(&viewer, first.added, last.added).await?;
            let ids: Vec<String> = page.rows.iter().map(|row| row.id.clone()).collect();
            let said = self.store().sighting_facts(&viewer, &ids).await?;
            for row in &page.rows {
                let mark = marks.get(&row.added);
                let said = said.get(&row.id).cloned().unwrap_or_default();
                let mut about = About {
                    shared_by: mark.and_then(|mark| mark.origin_name.clone()).unwrap_or_default(),
                    tlp: mark.map(|mark| mark.audience.tlp()),
                    pap: mark.map(|mark| mark.audience.pap()),
                    last_sighting: said.last,
                    sightings: said.sightings,
                    false_positives: said.false_positives.saturating_add(said.expired),
                    ..About::default()
                };
                around.tell(&row.id, &mut about);
                builder.object(stix::Object::parse(&row.body)?.map(), &about);
            }
            if !page.more {
                break;
            }
            query.from = Some(Position::from(last.added));
        }
        let build = move || builder.build();
        tokio::task::spawn_blocking(build)
            .await
            .map_err(|error| Error::Ours(format!("compiling the watchlist stopped: {error}")))
    }
}

fn query(types: &[&str]) -> ObjectQuery {
    ObjectQuery {
        types: types.iter().map(|name| (*name).to_owned()).collect(),
        limit: BATCH,
        ..ObjectQuery::default()
    }
}
