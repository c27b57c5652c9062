//! Who was given a contribution, since when, and by which way.

use std::collections::BTreeMap;

use policy::{Audience, MemberId};
use serde::Deserialize;
use stix::Timestamp;

use super::{DeliveryFilter, Standing};
use crate::contribution::follow::HOMES;
use crate::value::Row;
use crate::writes::Rows;
use crate::{Error, Result, Store};

const STRETCHES: &str = "select d.member, d.channel, s.terms, d.filter, d.at, d.position, d.last_position, d.pages \
                         from delivered d join standing s on s.id = d.standing \
                         where d.to_added >= ?1 and d.from_added < ?1 order by d.at, d.id";
const STRETCHES_OF: &str = "select d.member, d.channel, s.terms, d.filter, d.at, d.position, d.last_position, d.pages \
                            from delivered d join standing s on s.id = d.standing \
                            where d.member = ?2 and d.to_added >= ?1 and d.from_added < ?1 order by d.at, d.id";
const ENTRIES: &str = "select at, body from ledger_entry where member = ?1 and position >= ?2 and position <= ?3 \
                       and kind = 'delivered' order by position";
const OPENED: &str = "select member, at from item_mark where object = ?1 and what = 'opened'";

/// A contribution, with what decides who was given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its place in the order of everything stored.
    pub added: i64,
    /// The object.
    pub id: String,
    /// Who may see it.
    pub audience: Audience,
    /// Later versions of the object: since when, and for whom.
    pub later: Vec<(i64, Audience)>,
}

/// When a member was given something first, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// When.
    pub at: Timestamp,
    /// By which way: `taxii`, `export`, `push:NAME`, `read`.
    pub channel: String,
}

/// A page as the ledger says it.
#[derive(Deserialize)]
struct Page {
    after: Option<String>,
    last_added: String,
    way: Option<String>,
    #[serde(default)]
    filter: String,
}

struct Stretch {
    member: MemberId,
    channel: String,
    standing: Standing,
    filter: DeliveryFilter,
    filter_text: String,
    at: i64,
    position: i64,
    last_position: i64,
    pages: i64,
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::ours("what was delivered is unreadable").because(error)
}

fn stretch(row: &Row) -> Result<Stretch> {
    let filter_text = row.text(3)?;
    let filter = match filter_text.as_str() {
        "" => DeliveryFilter::default(),
        text => serde_json::from_str(text).map_err(unreadable)?,
    };
    Ok(Stretch {
        member: MemberId(row.int(0)?),
        channel: row.text(1)?,
        standing: serde_json::from_str(&row.text(2)?).map_err(unreadable)?,
        filter,
        filter_text,
        at: row.int(4)?,
        position: row.int(5)?,
        last_position: row.int(6)?,
        pages: row.int(7)?,
    })
}

/// When the page of a stretch that held a place was handed over.
async fn page_time(reads: &mut impl Rows, stretch: &Stretch, added: i64) -> Result<Option<i64>> {
    if stretch.pages == 1 {
        return Ok(Some(stretch.at));
    }
    let values = vec![
        stretch.member.into(),
        stretch.position.into(),
        stretch.last_position.into(),
    ];
    for row in reads.rows(ENTRIES, values).await? {
        let page: Page = serde_json::from_str(&row.text(1)?).map_err(unreadable)?;
        let micros = |text: &str| Timestamp::parse(text).map(Timestamp::micros).ok();
        let same = page.way.as_deref() == Some(&stretch.channel) && page.filter == stretch.filter_text;
        let from = page.after.as_deref().and_then(micros);
        let covers = from.is_some_and(|from| from < added) && micros(&page.last_added).is_some_and(|to| added <= to);
        if same && covers {
            return Ok(Some(row.int(0)?));
        }
    }
    Ok(None)
}

/// The members that were given one of these contributions, each with the first time.
pub(crate) async fn given_to(reads: &mut impl Rows, spots: &[Spot]) -> Result<BTreeMap<MemberId, Given>> {
    given_by(reads, spots, None).await
}

/// The same, for one member where it is named.
pub(crate) async fn given_by(
    reads: &mut impl Rows,
    spots: &[Spot],
    member: Option<MemberId>,
) -> Result<BTreeMap<MemberId, Given>> {
    let mut given: BTreeMap<MemberId, Given> = BTreeMap::new();
    for spot in spots {
        let homes = reads
            .rows(
                HOMES,
                vec![crate::contribution::id_hash(&spot.id).into(), (&spot.id).into()],
            )
            .await?;
        let homes = homes.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>>>()?;
        let stretches = match member {
            Some(member) => reads.rows(STRETCHES_OF, vec![spot.added.into(), member.into()]).await?,
            None => reads.rows(STRETCHES, vec![spot.added.into()]).await?,
        };
        for row in stretches {
            let stretch = stretch(&row)?;
            let known = given
                .get(&stretch.member)
                .is_some_and(|first| first.at.micros() <= stretch.at);
            let opens =
                stretch.filter.lets_through(&spot.id, &homes) && stretch.standing.sees(stretch.member, &spot.audience);
            if known || !opens {
                continue;
            }
            let Some(at) = page_time(reads, &stretch, spot.added).await? else {
                continue;
            };
            let passed_over = !stretch.filter.versions
                && spot
                    .later
                    .iter()
                    .any(|(added, audience)| *added <= at && stretch.standing.sees(stretch.member, audience));
            if !passed_over {
                first(&mut given, stretch.member, at, stretch.channel);
            }
        }
    }
    let mut objects: Vec<&str> = spots.iter().map(|spot| spot.id.as_str()).collect();
    objects.dedup();
    for object in objects {
        for row in reads.rows(OPENED, vec![object.into()]).await? {
            let at = row.int(1)?;
            if spots.iter().any(|spot| spot.id == object && spot.added <= at) {
                first(&mut given, MemberId(row.int(0)?), at, "read".to_owned());
            }
        }
    }
    Ok(given)
}

fn first(given: &mut BTreeMap<MemberId, Given>, member: MemberId, at: i64, channel: String) {
    if given.get(&member).is_none_or(|before| at < before.at.micros()) {
        let at = Timestamp::from_micros(at);
        given.insert(member, Given { at, channel });
    }
}

/// The spots of an object that a member contributed.
pub(crate) fn spots(id: &str, member: MemberId, rows: &[(i64, i64, MemberId, Audience)]) -> Vec<Spot> {
    let own = rows.iter().filter(|(_, _, owner, _)| *owner == member);
    let spot = |(added, version, _, audience): &(i64, i64, MemberId, Audience)| Spot {
        added: *added,
        id: id.to_owned(),
        audience: audience.clone(),
        // Keys made from contents are negative and tell no order.
        later: rows
            .iter()
            .filter(|(_, later, _, _)| *version >= 0 && *later > *version)
            .map(|(added, _, _, audience)| (*added, audience.clone()))
            .collect(),
    };
    own.map(spot).collect()
}

impl Store {
    /// The members that were given one of these contributions, each with the first time.
    pub async fn given(&self, spots: &[Spot]) -> Result<BTreeMap<MemberId, Given>> {
        let mut reading = self;
        given_to(&mut reading, spots).await
    }
}
