//! Statements about a list of numbers, which both databases take as places: few of them or many, so that a long list is asked
//! for in few questions and a short one costs little.

use std::sync::LazyLock;

use crate::value::{Row, Value};
use crate::writes::Rows;
use crate::{Result, Store};

/// Places of a statement about few numbers, and of one about many.
const PLACES: [usize; 2] = [16, 512];

/// A statement about a list.
pub(crate) struct Listed {
    few: String,
    many: String,
}

impl Listed {
    /// From a text with `??` where the list is to stand, behind as many other values as `before`.
    pub(crate) fn new(sql: &str, before: usize) -> Self {
        let with = |places: usize| {
            let places: Vec<String> = (1..=places).map(|place| format!("?{}", place + before)).collect();
            sql.replace("??", &format!("({})", places.join(", ")))
        };
        Self {
            few: with(PLACES[0]),
            many: with(PLACES[1]),
        }
    }

    /// The rows that it gives for a list of values, behind others.
    pub(crate) async fn rows(
        &'static self,
        reads: &mut impl Rows,
        before: &[Value],
        list: &[Value],
    ) -> Result<Vec<Row>> {
        let (sql, places) = match list.len() > PLACES[0] {
            true => (self.many.as_str(), PLACES[1]),
            false => (self.few.as_str(), PLACES[0]),
        };
        let mut found = Vec::with_capacity(list.len());
        for some in list.chunks(places) {
            // The last again where there are fewer.
            let last = some.last().into_iter().cycle();
            let some = some.iter().chain(last).take(places);
            let values = before.iter().chain(some).cloned().collect();
            found.extend(reads.rows(sql, values).await?);
        }
        Ok(found)
    }
}

impl Store {
    /// The rows that a statement gives for a list of numbers, each made into something.
    pub(crate) async fn listed<T>(
        &self,
        listed: &'static LazyLock<Listed>,
        before: &[Value],
        numbers: &[i64],
        make: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let list: Vec<Value> = numbers.iter().map(|number| (*number).into()).collect();
        let rows = listed.rows(&mut &*self, before, &list).await?;
        rows.iter().map(make).collect()
    }
}
