//! Settings of the node and the warninglists it knows: small texts by name.

use policy::Principal;

use crate::{Result, Store};

/// A warninglist: values that are known to be harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warninglist {
    /// Its name, unique.
    pub name: String,
    /// How many bytes its text has.
    pub bytes: i64,
}

impl Store {
    /// One setting.
    pub async fn setting_get(&self, key: &str) -> Result<Option<String>> {
        let _ = key;
        Err(crate::unbuilt())
    }

    /// Writes a setting.
    pub async fn setting_put(&self, key: &str, value: &str) -> Result<()> {
        let _ = (key, value);
        Err(crate::unbuilt())
    }

    /// Writes a warninglist in the format of MISP, in place of the one with the same name.
    pub async fn warninglist_put(&self, actor: &Principal, name: &str, text: &str) -> Result<()> {
        let _ = (actor, name, text);
        Err(crate::unbuilt())
    }

    /// The warninglists, by name, without their texts.
    pub async fn warninglist_list(&self) -> Result<Vec<Warninglist>> {
        Err(crate::unbuilt())
    }

    /// Takes a warninglist away.
    pub async fn warninglist_delete(&self, actor: &Principal, name: &str) -> Result<()> {
        let _ = (actor, name);
        Err(crate::unbuilt())
    }

    /// The texts of all warninglists, each with its name.
    pub async fn warninglist_all_texts(&self) -> Result<Vec<(String, String)>> {
        Err(crate::unbuilt())
    }
}
