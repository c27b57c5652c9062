//! Lists of values that are known to be harmless: kept in the store, compiled in memory, consulted at intake.

use std::collections::BTreeSet;

use matching::Warninglists;
use matching::warninglist::List;
use policy::{Action, decide};
use stix::{Problem, Severity};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// The setting that names the lists that are off.
const SWITCHED_OFF: &str = "warninglists-off";

/// Reads one list alone.
///
/// # Errors
/// When it is broken.
pub(crate) fn one_list(text: &str) -> Result<List, Error> {
    let mut alone = Warninglists::builder();
    alone.add_json("the list", text);
    let (alone, problems) = alone.build();
    if let Some(problem) = problems.into_iter().find(|problem| problem.severity == Severity::Error) {
        return Err(problem.into());
    }
    let Some(list) = alone.lists().first() else {
        return Err(Error::Ours("the list was read, but is not there".to_owned()));
    };
    Ok(list.clone())
}

impl Node {
    /// Adds a warninglist in MISP's format, or replaces the one of the same name; it is in force at once.
    ///
    /// # Errors
    /// When the caller may not, or the list is broken: then the lists in force stay as they are.
    pub async fn warninglist_put(&self, caller: &Caller, text: &str) -> Result<String, Error> {
        let name = self.warninglist_keep(caller, text).await?;
        self.reload_warninglists().await?;
        Ok(name)
    }

    /// Stores a warninglist without putting it in force here: for whoever stores many, and then calls
    /// [`Node::warninglists_follow`] once. Gives its name.
    ///
    /// # Errors
    /// As [`Node::warninglist_put`].
    pub async fn warninglist_keep(&self, caller: &Caller, text: &str) -> Result<String, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let name = one_list(text)?.name;
        self.store().warninglist_put(&caller.principal, &name, text).await?;
        Ok(name)
    }

    /// Takes a warninglist away.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn warninglist_delete(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        self.store().warninglist_delete(&caller.principal, name).await?;
        self.reload_warninglists().await?;
        Ok(())
    }

    /// Switches a warninglist, built-in ones too; a list that is off flags nothing and leaves nothing out.
    ///
    /// # Errors
    /// When the caller may not, or there is no such list.
    pub async fn warninglist_switch(&self, caller: &Caller, name: &str, enabled: bool) -> Result<(), Error> {
        self.warninglists_switch(caller, &[(name.to_owned(), enabled)]).await
    }

    /// The same for several, which are compiled once.
    ///
    /// # Errors
    /// As [`Node::warninglist_switch`]: then none is switched.
    pub async fn warninglists_switch(&self, caller: &Caller, switches: &[(String, bool)]) -> Result<(), Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let mut off = self.switched_off().await?;
        for (name, enabled) in switches {
            if !self.warninglists().lists().iter().any(|list| list.name == *name) {
                return Err(Error::NotFound(format!("there is no warninglist '{name}'")));
            }
            off.remove(name);
            if !enabled {
                off.insert(name.clone());
            }
        }
        let text = serde_json::to_string(&off).map_err(|error| Error::Ours(error.to_string()))?;
        self.store().setting_put(SWITCHED_OFF, &text).await?;
        self.reload_warninglists().await?;
        Ok(())
    }

    /// Notes that lists are off, without compiling anew.
    pub(crate) async fn warninglists_off(&self, names: &[String]) -> Result<(), Error> {
        let mut off = self.switched_off().await?;
        off.extend(names.iter().cloned());
        let text = serde_json::to_string(&off).map_err(|error| Error::Ours(error.to_string()))?;
        Ok(self.store().setting_put(SWITCHED_OFF, &text).await?)
    }

    async fn switched_off(&self) -> Result<BTreeSet<String>, Error> {
        let Some(text) = self.store().setting_get(SWITCHED_OFF).await? else {
            return Ok(BTreeSet::new());
        };
        serde_json::from_str(&text)
            .map_err(|error| Error::Ours(format!("the setting '{SWITCHED_OFF}' in the store is damaged: {error}")))
    }

    /// Compiles the lists anew where somebody changed them from outside this process (the command line beside a
    /// running node). Cheap when nobody did.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn warninglists_follow(&self) -> Result<(), Error> {
        if self.warninglist_state().await? != self.warninglists_compiled_from() {
            self.reload_warninglists().await?;
        }
        Ok(())
    }

    /// What the lists are compiled from, as far as a change shows: names, sizes, switches.
    async fn warninglist_state(&self) -> Result<String, Error> {
        let lists = self.store().warninglist_list().await?;
        let off = self.store().setting_get(SWITCHED_OFF).await?;
        let names: Vec<String> = lists
            .iter()
            .map(|list| format!("{} {}", list.name, list.characters))
            .collect();
        Ok(format!("{names:?} {off:?}"))
    }

    /// Compiles the built-in lists and those in the store anew; gives what is wrong with them.
    pub(crate) async fn reload_warninglists(&self) -> Result<Vec<Problem>, Error> {
        let state = self.warninglist_state().await?;
        let texts = self.store().warninglist_all_texts().await?;
        let compile = move || {
            let mut lists = Warninglists::builder();
            lists.add_built_in();
            for (name, text) in &texts {
                lists.add_json(name, text);
            }
            lists.build()
        };
        let (lists, problems) = tokio::task::spawn_blocking(compile)
            .await
            .map_err(|error| Error::Ours(format!("compiling the warninglists stopped: {error}")))?;
        let mut lists = lists;
        for name in self.switched_off().await? {
            lists.switch(&name, false);
        }
        self.put_warninglists(lists, state);
        Ok(problems)
    }
}
