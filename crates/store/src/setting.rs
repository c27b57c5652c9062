//! Settings of the node and the warninglists it knows: small texts by name.

use policy::Principal;

use crate::account::rule_changed;
use crate::db::Change;
use crate::{Result, Store};

/// A warninglist: values that are known to be harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warninglist {
    /// Its name, unique.
    pub name: String,
    /// How many characters its text has.
    pub characters: i64,
}

const GET: &str = "select value from setting where key = ?1";
const PUT: &str =
    "insert into setting (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value";
const PUT_FIRST: &str = "insert into setting (key, value) values (?1, ?2) on conflict (key) do nothing";
const PUT_LIST: &str = "insert into warninglist (name, body) values (?1, ?2) \
                        on conflict (name) do update set body = excluded.body";
const LISTS: &str = "select name, length(body) from warninglist order by name";
const TEXTS: &str = "select name, body from warninglist order by name";
const DELETE_LIST: &str = "delete from warninglist where name = ?1 returning name";

impl Store {
    /// One setting.
    pub async fn setting_get(&self, key: &str) -> Result<Option<String>> {
        self.row(GET, vec![key.into()], |row| row.text(0)).await
    }

    /// Writes a setting.
    pub async fn setting_put(&self, key: &str, value: &str) -> Result<()> {
        let change = Change::new().with(PUT, vec![key.into(), value.into()]);
        self.change(change).await.map(drop)
    }

    /// Writes a setting where there is none of this name, and gives the one that there is then.
    pub async fn setting_put_first(&self, key: &str, value: &str) -> Result<String> {
        let change = Change::new().with(PUT_FIRST, vec![key.into(), value.into()]);
        self.change(change).await?;
        Ok(self.setting_get(key).await?.unwrap_or_else(|| value.to_owned()))
    }

    /// Writes a setting that decides who may do what, or how the node is; the ledger says so and who did it, or that it was the
    /// node itself.
    pub async fn setting_change(&self, actor: &Principal, key: &str, value: &str, what: &str) -> Result<()> {
        let entry = rule_changed(actor, what, serde_json::json!({ "now": value }));
        let change = Change::new().with(PUT, vec![key.into(), value.into()]);
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Writes a warninglist in the format of MISP, in place of the one with the same name.
    pub async fn warninglist_put(&self, actor: &Principal, name: &str, text: &str) -> Result<()> {
        let entry = rule_changed(actor, "warninglist put", serde_json::json!({ "name": name }));
        let change = Change::new().with(PUT_LIST, vec![name.into(), text.into()]);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// The warninglists, by name, without their texts.
    pub async fn warninglist_list(&self) -> Result<Vec<Warninglist>> {
        let list = |row: &crate::value::Row| {
            Ok(Warninglist {
                name: row.text(0)?,
                characters: row.int(1)?,
            })
        };
        self.list(LISTS, Vec::new(), list).await
    }

    /// Takes a warninglist away.
    pub async fn warninglist_delete(&self, actor: &Principal, name: &str) -> Result<()> {
        let entry = rule_changed(actor, "warninglist deleted", serde_json::json!({ "name": name }));
        let change = Change::new().must(DELETE_LIST, vec![name.into()], "there is no such warninglist");
        self.change(change.entry(entry)).await.map(drop)
    }

    /// The texts of all warninglists, each with its name.
    pub async fn warninglist_all_texts(&self) -> Result<Vec<(String, String)>> {
        self.list(TEXTS, Vec::new(), |row| Ok((row.text(0)?, row.text(1)?)))
            .await
    }
}
