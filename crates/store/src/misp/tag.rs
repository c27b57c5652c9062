//! Tags and foreign organisations: names with numbers. Which of them somebody may know follows from the rows they see.

use std::collections::HashSet;

use policy::{Principal, Viewer};
use uuid::Uuid;

use super::number::uuid_at;
use crate::account::rule_changed;
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Error, Result, Store};

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispTag {
    /// The number by which clients know it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its colour, as `#rrggbb`.
    pub colour: String,
    /// Whether it leaves this node.
    pub exportable: bool,
    /// Whether it is not offered any more.
    pub hidden: bool,
    /// The number that it stands for.
    pub number: Option<i64>,
    /// Whether everybody may know of it: it was made as a tag, not met in something.
    pub is_open: bool,
}

/// An organisation that events name and that is no member here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispOrganisation {
    /// The number by which clients know it, beside those of members.
    pub id: i64,
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
}

/// Organisations that are no members are numbered from here on, so that both have one numbering.
pub(super) const FOREIGN: i64 = 1_000_000;

const TAGS: &str =
    "select id, name, colour, exportable, hidden, number, open from misp_tag where id > ?1 order by id limit ?2";
const TAG: &str = "select id, name, colour, exportable, hidden, number, open from misp_tag where id = ?1";
const TAG_BY_NAME: &str = "select id, name, colour, exportable, hidden, number, open from misp_tag where name = ?1";
const PUT_TAG: &str = "insert into misp_tag (name, colour, exportable, hidden, number, open) values (?1, ?2, ?3, ?4, ?5, 0) \
                       on conflict (name) do nothing";
const CHANGE_TAG: &str =
    "update misp_tag set name = ?2, colour = ?3, exportable = ?4, hidden = ?5, number = ?6 where id = ?1";
const OPEN_TAG: &str = "update misp_tag set open = 1 where id = ?1";
const DELETE_TAG: &str = "delete from misp_tag where id = ?1";
const ORGANISATION: &str = "select id, uuid, name from misp_organisation where uuid = ?1";
const ORGANISATION_BY_ID: &str = "select id, uuid, name from misp_organisation where id = ?1";
const PUT_ORGANISATION: &str =
    "insert into misp_organisation (uuid, name) values (?1, ?2) on conflict (uuid) do nothing";

const NAMED: &str = "select number from misp_named where kind = ?1 and audience = ?2";

fn tag(row: &Row) -> Result<MispTag> {
    Ok(MispTag {
        id: row.int(0)?,
        name: row.text(1)?,
        colour: row.text(2)?,
        exportable: row.flag(3)?,
        hidden: row.flag(4)?,
        number: row.maybe_int(5)?,
        is_open: row.flag(6)?,
    })
}

fn organisation(row: &Row) -> Result<MispOrganisation> {
    let uuid = uuid_at(row, 1)?;
    Ok(MispOrganisation {
        id: row.int(0)? + FOREIGN,
        uuid,
        name: row.text(2)?,
    })
}

impl Store {
    /// Tags after a number.
    pub async fn misp_tags(&self, after: i64, limit: usize) -> Result<Vec<MispTag>> {
        self.list(TAGS, vec![after.into(), many(limit).into()], tag).await
    }

    /// A tag by its number.
    pub async fn misp_tag(&self, id: i64) -> Result<Option<MispTag>> {
        self.row(TAG, vec![id.into()], tag).await
    }

    /// A tag by its name.
    pub async fn misp_tag_by_name(&self, name: &str) -> Result<Option<MispTag>> {
        self.row(TAG_BY_NAME, vec![name.into()], tag).await
    }

    /// The tag of a name, made where there is none.
    pub async fn misp_tag_named(&self, wish: &MispTag) -> Result<MispTag> {
        if let Some(tag) = self.misp_tag_by_name(&wish.name).await? {
            return Ok(tag);
        }
        let values = vec![
            (&wish.name).into(),
            (&wish.colour).into(),
            wish.exportable.into(),
            wish.hidden.into(),
            wish.number.into(),
        ];
        self.change(Change::new().with(PUT_TAG, values)).await?;
        let made = self.misp_tag_by_name(&wish.name).await?;
        made.ok_or_else(|| Error::ours("a tag was made and is not there"))
    }

    /// The numbers of tags that a viewer meets in what they see.
    pub async fn misp_tags_met(&self, viewer: &Viewer) -> Result<HashSet<i64>> {
        self.met(viewer, 1).await
    }

    /// The numbers of organisations that a viewer meets in what they see.
    pub async fn misp_organisations_met(&self, viewer: &Viewer) -> Result<HashSet<i64>> {
        self.met(viewer, 2).await
    }

    async fn met(&self, viewer: &Viewer, kind: i64) -> Result<HashSet<i64>> {
        let mut met = HashSet::new();
        for audience in viewer.audiences() {
            met.extend(
                self.list(NAMED, vec![kind.into(), (*audience).into()], |row| row.int(0))
                    .await?,
            );
        }
        Ok(met)
    }

    /// Changes a tag.
    pub async fn misp_tag_change(&self, actor: &Principal, wish: &MispTag) -> Result<()> {
        let values = vec![
            wish.id.into(),
            (&wish.name).into(),
            (&wish.colour).into(),
            wish.exportable.into(),
            wish.hidden.into(),
            wish.number.into(),
        ];
        let entry = rule_changed(actor, "tag changed", serde_json::json!({ "tag": wish.id }));
        self.change(Change::new().with(CHANGE_TAG, values).entry(entry))
            .await
            .map(drop)
    }

    /// Lets everybody know of a tag.
    pub async fn misp_tag_open(&self, id: i64) -> Result<()> {
        self.change(Change::new().with(OPEN_TAG, vec![id.into()]))
            .await
            .map(drop)
    }

    /// Forgets a tag.
    pub async fn misp_tag_delete(&self, actor: &Principal, id: i64) -> Result<()> {
        let entry = rule_changed(actor, "tag deleted", serde_json::json!({ "tag": id }));
        self.change(Change::new().with(DELETE_TAG, vec![id.into()]).entry(entry))
            .await
            .map(drop)
    }

    /// The organisation of a UUID that is no member here, made where there is none.
    pub async fn misp_organisation_named(&self, uuid: Uuid, name: &str) -> Result<MispOrganisation> {
        let key = || vec![uuid.as_bytes().to_vec().into()];
        if let Some(found) = self.row(ORGANISATION, key(), organisation).await? {
            return Ok(found);
        }
        let values = vec![uuid.as_bytes().to_vec().into(), name.into()];
        self.change(Change::new().with(PUT_ORGANISATION, values)).await?;
        let made = self.row(ORGANISATION, key(), organisation).await?;
        made.ok_or_else(|| Error::ours("an organisation was noted and is not there"))
    }

    /// The organisation of a number.
    pub async fn misp_organisation(&self, id: i64) -> Result<Option<MispOrganisation>> {
        self.row(ORGANISATION_BY_ID, vec![(id - FOREIGN).into()], organisation)
            .await
    }
}
