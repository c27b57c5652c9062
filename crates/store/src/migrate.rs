//! Brings a schema up to date, one numbered file after another, and refuses what this program does not know.
//!
//! The files stand in `migrations/sqlite` and `migrations/postgres` under equal numbers and names. What was applied is
//! remembered with its SHA-256, so that a file edited later is noticed.

use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::error::{Error, ErrorKind};

/// A numbered step of the schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// Every step, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_start"),
    migration!(2, "0002_sightings"),
    migration!(3, "0003_telemetry"),
    migration!(4, "0004_commitments"),
    migration!(5, "0005_membership"),
    migration!(6, "0006_recall"),
    migration!(7, "0007_sign_in"),
    migration!(8, "0008_score"),
    migration!(9, "0009_reports"),
    migration!(10, "0010_ways_in"),
    migration!(11, "0011_bridges"),
    migration!(12, "0012_api"),
    migration!(13, "0013_partnership"),
    migration!(14, "0014_public"),
    migration!(15, "0015_find"),
    migration!(16, "0016_reminders"),
    migration!(17, "0017_misp"),
    migration!(18, "0018_vocabulary"),
    migration!(19, "0019_misp_sent"),
    migration!(20, "0020_provider_session"),
    migration!(21, "0021_misp_step"),
    migration!(22, "0022_misp_kept"),
    migration!(23, "0023_misp_numbers"),
    migration!(24, "0024_technology"),
    migration!(25, "0025_score_early"),
    migration!(26, "0026_misp_lists"),
];

/// Where the steps that were applied are remembered; the same on both databases.
pub(crate) const CREATE: &str = "create table if not exists migration (number bigint primary key, name text not null, digest text not null, at bigint not null)";
/// What was applied.
pub(crate) const APPLIED: &str = "select number, name, digest from migration order by number";
/// Remembers a step.
pub(crate) const REMEMBER: &str = "insert into migration (number, name, digest, at) values (?1, ?2, ?3, ?4)";

impl crate::Store {
    /// The last step of the schema that was applied, and the last that this version knows.
    pub async fn schema_steps(&self) -> Result<(i64, i64)> {
        let sql = "select max(number) from migration";
        let applied = self.row(sql, Vec::new(), |row| row.maybe_int(0)).await?;
        let known = MIGRATIONS.last().map_or(0, |last| last.number);
        Ok((applied.flatten().unwrap_or(0), known))
    }
}

/// A step as a database remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) digest: String,
}

/// The digest of a step, as it is remembered.
pub(crate) fn digest(sql: &str) -> String {
    hex::encode(Sha256::digest(sql.as_bytes()))
}

/// The steps that are left, or why this schema is not to be touched.
pub(crate) fn pending(
    known: &'static [Migration],
    text: fn(&Migration) -> &'static str,
    applied: &[Applied],
) -> Result<&'static [Migration]> {
    for (at, was) in applied.iter().enumerate() {
        let Some(step) = known.get(at) else {
            return Err(Error::new(
                ErrorKind::Newer,
                format!(
                    "the database was written by a newer version of this program: it has step {} '{}', and this version knows {} steps",
                    was.number,
                    was.name,
                    known.len()
                ),
            )
            .help("install the newer version, or restore a backup made before the upgrade"));
        };
        if step.number != was.number || step.name != was.name || digest(text(step)) != was.digest {
            return Err(Error::ours(format!(
                "step {} '{}' of the schema is not the one this program has",
                was.number, was.name
            ))
            .help("this program was built from changed sources: install a released version; a released step is never edited"));
        }
    }
    Ok(&known[applied.len()..])
}

#[cfg(test)]
mod tests {
    use super::{Applied, MIGRATIONS, digest, pending};

    fn applied() -> Vec<Applied> {
        let remember = |step: &super::Migration| Applied {
            number: step.number,
            name: step.name.to_owned(),
            digest: digest(step.sqlite),
        };
        MIGRATIONS.iter().map(remember).collect()
    }

    #[test]
    fn numbers_follow_each_other_and_names_begin_with_them() {
        for (at, step) in MIGRATIONS.iter().enumerate() {
            assert_eq!(step.number, at as i64 + 1);
            assert!(step.name.starts_with(&format!("{:04}_", step.number)));
        }
    }

    #[test]
    fn does_what_is_left_once() {
        assert_eq!(
            pending(MIGRATIONS, |step| step.sqlite, &[]).unwrap().len(),
            MIGRATIONS.len()
        );
        assert!(pending(MIGRATIONS, |step| step.sqlite, &applied()).unwrap().is_empty());
    }

    #[test]
    fn refuses_a_newer_schema_and_says_what_to_do() {
        let mut there = applied();
        there.push(Applied {
            number: there.len() as i64 + 1,
            name: "0099_later".to_owned(),
            digest: String::new(),
        });
        let error = pending(MIGRATIONS, |step| step.sqlite, &there).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Newer);
        assert!(error.to_string().contains("restore a backup"), "{error}");
    }

    #[test]
    fn refuses_an_edited_step() {
        let mut there = applied();
        there[0].digest = digest("something else");
        let error = pending(MIGRATIONS, |step| step.sqlite, &there).unwrap_err();
        assert!(error.to_string().contains("never edited"), "{error}");
    }
}
