//! What the doctor asks of the tables of objects: nothing stands without what it belongs to, and no flag is missing.

use crate::maintenance::{Finding, FindingSeverity};
use crate::{Result, Store};

/// Statements that count what must not be, each with what it means.
const CHECKS: [(&str, &str); 12] = [
    (
        "select count(*) from contribution c where not exists (select 1 from object o where o.number = c.object)",
        "contributions of no object",
    ),
    (
        "select count(*) from contribution c where not exists (select 1 from audience a where a.id = c.audience)",
        "contributions to no audience",
    ),
    (
        "select count(*) from contribution c where not exists (select 1 from batch b where b.number = c.batch)",
        "contributions of no call",
    ),
    (
        "select count(*) from contribution c where not exists (select 1 from term t where t.number = c.type)",
        "contributions of no type",
    ),
    (
        "select count(*) from observable x where not exists \
         (select 1 from contribution c where c.added = x.added and c.audience = x.audience)",
        "observables of no contribution",
    ),
    (
        "select count(*) from edge x where not exists \
         (select 1 from contribution c where c.added = x.added and c.audience = x.audience)",
        "references of no contribution",
    ),
    (
        "select count(*) from facet x where not exists \
         (select 1 from contribution c where c.added = x.added and c.audience = x.audience)",
        "facets of no contribution",
    ),
    (
        "select count(*) from indicator x where not exists (select 1 from contribution c where c.added = x.added)",
        "indicator facts of no contribution",
    ),
    (
        "select count(*) from contribution where added > (select added from head)",
        "contributions later than the clock of the store",
    ),
    (
        "select count(*) from contribution c where c.repeat = 0 and exists (select 1 from contribution d \
         where d.object = c.object and d.version = c.version and d.added < c.added)",
        "repeated versions that are not marked so",
    ),
    (
        "select count(*) from contribution c where c.superseded = 0 and c.version_text <> '' and exists \
         (select 1 from contribution d where d.object = c.object and d.version > c.version)",
        "superseded versions that are not marked so",
    ),
    (
        "select count(*) from tombstone t where t.position > (select added from head)",
        "tombstones later than the clock of the store",
    ),
];

impl Store {
    /// What is wrong with the tables of objects.
    pub(crate) async fn check_objects(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (sql, what) in CHECKS {
            let count = self.row(sql, Vec::new(), |row| row.int(0)).await?.unwrap_or_default();
            if count > 0 {
                findings.push(Finding {
                    severity: FindingSeverity::Error,
                    what: format!("{count} {what}"),
                    help: "restore the last backup that has no such finding, and report this".to_owned(),
                });
            }
        }
        let behind = self.index_behind().await?;
        if behind > 0 {
            findings.push(Finding {
                severity: FindingSeverity::Note,
                what: format!("search does not find the newest {behind} contributions yet"),
                help: "it catches up by itself while the server runs".to_owned(),
            });
        }
        Ok(findings)
    }
}
