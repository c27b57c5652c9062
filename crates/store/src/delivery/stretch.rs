//! Writing down a page: an entry of the ledger, and the stretch it belongs to.

use serde_json::json;

use super::{NewDelivery, ONE_STRETCH, mark};
use crate::db::Db;
use crate::record::NewEntry;
use crate::score::Score;
use crate::value::Value;
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

const STANDING: &str = "select id from standing where terms = ?1";
const PUT_STANDING: &str = "insert into standing (terms) values (?1) returning id";
const LAST_ENTRY: &str = "select position, at from ledger_entry order by position desc limit 1";
const OPEN: &str = "select id, from_added, to_added, at from delivered where member = ?1 and channel = ?2 \
                    and standing = ?3 and filter = ?4 order by id desc limit 1";
const EXTEND: &str = "update delivered set to_added = case when to_added < ?2 then ?2 else to_added end, last_at = ?3, \
                      last_position = ?4, pages = pages + 1, objects = objects + ?5 where id = ?1";
const PUT: &str = "insert into delivered (member, channel, standing, filter, from_added, to_added, at, last_at, position, \
                   last_position, pages, objects) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?8, 1, ?9)";

async fn standing(writes: &mut impl Writes, terms: &str) -> Result<i64> {
    let found = writes.rows(STANDING, vec![terms.into()]).await?;
    if let Some(row) = found.first() {
        return row.int(0);
    }
    let made = writes.rows(PUT_STANDING, vec![terms.into()]).await?;
    made.first()
        .ok_or_else(|| Error::ours("a statement gave no row"))?
        .int(0)
}

fn entry(delivery: &NewDelivery, filter: &str, score: &Score) -> NewEntry {
    let mut body = delivery.body.clone();
    body.insert("way".to_owned(), json!(delivery.channel));
    body.insert("after".to_owned(), json!(delivery.after.to_micros_text()));
    body.insert("last_added".to_owned(), json!(delivery.to.to_micros_text()));
    body.insert("count".to_owned(), json!(delivery.objects));
    if !filter.is_empty() {
        body.insert("filter".to_owned(), json!(filter));
    }
    let mut body = serde_json::Value::Object(body);
    score.put_into(&mut body);
    NewEntry {
        kind: "delivered".to_owned(),
        member: Some(delivery.member),
        body: body.to_string(),
    }
}

async fn record(writes: &mut impl Writes, delivery: &NewDelivery, terms: &str, filter: &str) -> Result<()> {
    let standing = standing(writes, terms).await?;
    let now = writes.now();
    let score = mark::score(writes, delivery, filter, now).await?;
    writes.append(&[entry(delivery, filter, &score)]).await?;
    // The time is that of the entry: whoever finds the page in the ledger must find the same.
    let last = writes.rows(LAST_ENTRY, Vec::new()).await?;
    let last = last
        .first()
        .ok_or_else(|| Error::ours("an entry was appended and is not there"))?;
    let (position, now) = (last.int(0)?, last.int(1)?);
    let (after, to) = (delivery.after.micros(), delivery.to.micros());
    let objects = i64::try_from(delivery.objects).unwrap_or(i64::MAX);
    let key: Vec<Value> = vec![
        delivery.member.into(),
        (&delivery.channel).into(),
        standing.into(),
        filter.into(),
    ];
    if let Some(row) = writes.rows(OPEN, key.clone()).await?.first() {
        let (from, until, began) = (row.int(1)?, row.int(2)?, row.int(3)?);
        let follows = from <= after && after <= until && now - began < ONE_STRETCH;
        if follows {
            let id = row.int(0)?;
            let more = vec![id.into(), to.into(), now.into(), position.into(), objects.into()];
            writes.rows(EXTEND, more).await?;
            return Ok(());
        }
    }
    let rest = [after, to, now, position, objects].map(Value::from);
    writes.rows(PUT, key.into_iter().chain(rest).collect()).await?;
    Ok(())
}

impl Store {
    /// Writes down a page that is handed to a member: an entry of kind `delivered`, and the stretch it belongs to.
    pub async fn delivery_record(&self, delivery: NewDelivery) -> Result<()> {
        let terms = serde_json::to_string(&delivery.standing)
            .map_err(|error| Error::ours("a standing cannot be written").because(error))?;
        let filter = delivery.filter.text()?;
        writing!(self, false, |writes| record(writes, &delivery, &terms, &filter))
    }
}
