//! Gives out the numbers by which MISP's clients know things, for a batch that is being written.
//!
//! Whoever gives them out holds the head of the database, so nobody else does at the same time: they are counted on
//! here, and no database has to be asked which number a row was given.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use uuid::Uuid;

use super::{MispKind, MispPut};
use crate::listed::Listed;
use crate::value::{Row, Value};
use crate::writes::Rows;
use crate::{Error, Result};

/// Waits for the head of the database.
const HOLD: &str = "update head set misp = misp";
const LAST: &str =
    "select (select coalesce(max(number), 0) from misp_row), (select coalesce(max(id), 0) from misp_element)";
const EVENT: &str = "select id from misp_event where uuid = ?1";
const PUT_EVENT: &str = "insert into misp_event (uuid, loose, published, publish_timestamp, touched) \
                         values (?1, 0, 0, 0, 0) returning id";
const PUT_ELEMENT: &str = "insert into misp_element (id, uuid, kind) values (?1, ?2, ?3)";
static ELEMENTS: LazyLock<Listed> =
    LazyLock::new(|| Listed::new("select uuid, kind, id from misp_element where uuid in ??", 0));

/// Numbers, as far as they are known or were given out.
pub(super) struct Numbers {
    last_row: i64,
    last_element: i64,
    elements: HashMap<(Uuid, i64), i64>,
    events: HashMap<Uuid, i64>,
}

impl Numbers {
    /// Goes on where the database stands. The transaction holds its head.
    async fn after(writes: &mut impl Rows) -> Result<Self> {
        let rows = writes.rows(LAST, Vec::new()).await?;
        let last = rows.first().ok_or_else(missing)?;
        Ok(Self {
            last_row: last.int(0)?,
            last_element: last.int(1)?,
            elements: HashMap::new(),
            events: HashMap::new(),
        })
    }

    /// The same, where the head is not held yet.
    pub async fn hold(writes: &mut impl Rows) -> Result<Self> {
        writes.rows(HOLD, Vec::new()).await?;
        Self::after(writes).await
    }

    /// Goes on with those of a batch known, as far as they have any.
    pub async fn of(writes: &mut impl Rows, puts: &[MispPut]) -> Result<Self> {
        let mut numbers = Self::after(writes).await?;
        let uuids: HashSet<Uuid> = puts
            .iter()
            .filter(|put| put.kind != MispKind::Event)
            .flat_map(|put| [Some(put.uuid), put.parent.map(|(_, uuid)| uuid)])
            .flatten()
            .collect();
        let uuids: Vec<Value> = uuids.into_iter().map(|uuid| uuid.as_bytes().to_vec().into()).collect();
        for row in ELEMENTS.rows(writes, &[], &uuids).await? {
            numbers.elements.insert((uuid_at(&row, 0)?, row.int(1)?), row.int(2)?);
        }
        Ok(numbers)
    }

    /// The number of a row that is about to be written.
    pub fn row(&mut self) -> i64 {
        self.last_row += 1;
        self.last_row
    }

    /// The number of an element, and whether it is new. Only of those that the batch names.
    pub async fn element(&mut self, writes: &mut impl Rows, kind: MispKind, uuid: Uuid) -> Result<(i64, bool)> {
        let key = (uuid, kind.code());
        if let Some(id) = self.elements.get(&key) {
            return Ok((*id, false));
        }
        self.last_element += 1;
        let id = self.last_element;
        let values = vec![id.into(), uuid.as_bytes().to_vec().into(), kind.code().into()];
        writes.rows(PUT_ELEMENT, values).await?;
        self.elements.insert(key, id);
        Ok((id, true))
    }

    /// The number of an event.
    pub async fn event(&mut self, writes: &mut impl Rows, uuid: Uuid) -> Result<i64> {
        if let Some(id) = self.events.get(&uuid) {
            return Ok(*id);
        }
        let key = || vec![uuid.as_bytes().to_vec().into()];
        let id = match first(writes, EVENT, key()).await? {
            Some(id) => id,
            None => first(writes, PUT_EVENT, key()).await?.ok_or_else(missing)?,
        };
        self.events.insert(uuid, id);
        Ok(id)
    }
}

/// The first number that a statement gives.
pub(super) async fn first(writes: &mut impl Rows, sql: &'static str, values: Vec<Value>) -> Result<Option<i64>> {
    let rows = writes.rows(sql, values).await?;
    rows.first().map(|row| row.int(0)).transpose()
}

/// A UUID in a row.
pub(super) fn uuid_at(row: &Row, column: usize) -> Result<Uuid> {
    Uuid::from_slice(row.bytes(column)?).map_err(|error| Error::ours("a stored UUID is unreadable").because(error))
}

pub(super) fn missing() -> Error {
    Error::ours("a number for MISP's interface was not given")
}
