//! Lists of values that are known to be harmless: kept in the store, compiled in memory, consulted at intake.

use matching::Warninglists;
use policy::{Action, decide};
use stix::{Problem, Severity};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

impl Node {
    /// Adds a warninglist in MISP's format, or replaces the one of the same name; it is in force at once.
    ///
    /// # Errors
    /// When the caller may not, or the list is broken: then the lists in force stay as they are.
    pub async fn warninglist_put(&self, caller: &Caller, text: &str) -> Result<String, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let mut alone = Warninglists::builder();
        alone.add_json("the list", text);
        let (alone, problems) = alone.build();
        if let Some(problem) = problems.into_iter().find(|problem| problem.severity == Severity::Error) {
            return Err(problem.into());
        }
        let Some(list) = alone.lists().first() else {
            return Err(Error::Ours("the list was read, but is not there".to_owned()));
        };
        let name = list.name.clone();
        self.store().warninglist_put(&caller.principal, &name, text).await?;
        self.reload_warninglists().await?;
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

    /// Compiles the built-in lists and those in the store anew; gives what is wrong with them.
    pub(crate) async fn reload_warninglists(&self) -> Result<Vec<Problem>, Error> {
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
        self.put_warninglists(lists);
        Ok(problems)
    }
}
