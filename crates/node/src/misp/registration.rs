//! Asking for an account through MISP's interface: off, unless an operator lets strangers ask.
//!
//! | who | may |
//! |---|---|
//! | anybody, while it is on | leave an address, an organisation and a message; so many of one network in an hour |
//! | operators | read what waits, make the account, or discard it |

use std::net::IpAddr;

use policy::{Action, MemberId, Role, decide};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use store::{MispRegistration, Person};

use super::prepare::text_of;
use super::uuid_at;
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::partnership::PersonWish;
use crate::tips::network;

/// The setting that says whether strangers may ask.
const SETTING: &str = "misp-registration";
/// Those that may wait.
const WAITING: i64 = 500;
/// Bytes of a line, and of a message.
const LONGEST: (usize, usize) = (300, 4_096);
/// How long what nobody decided about is kept.
const KEPT_MICROS: i64 = 90 * 86_400_000_000;

fn operator(caller: &Caller) -> Result<(), Error> {
    decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))
}

/// What of it is kept, and nothing else.
fn checked(wish: &Map<String, Value>) -> Result<Value, Error> {
    let line = |key: &str, most: usize| -> Result<String, Error> {
        let text = text_of(wish, key);
        match text.len() <= most && !text.chars().any(|one| one.is_control() && one != '\n') {
            true => Ok(text),
            false => Err(bad(
                "too-long",
                format!("'{key}' is too long, or has control characters"),
                "say it shorter",
            )),
        }
    };
    let email = line("email", LONGEST.0)?;
    let (name, host) = email.split_once('@').unwrap_or_default();
    if name.is_empty() || !host.contains('.') || email.chars().any(char::is_whitespace) {
        return Err(bad(
            "bad-email",
            "'email' is no address of e-mail",
            "as in name@example.org",
        ));
    }
    let asks = |key: &str| super::project::truth(wish, key);
    Ok(json!({
        "email": email, "org_name": line("org_name", LONGEST.0)?, "message": line("message", LONGEST.1)?,
        "org_uuid": uuid_at(wish, "org_uuid").map(|uuid| uuid.to_string()).unwrap_or_default(),
        "custom_perms": asks("custom_perms"), "perm_sync": asks("perm_sync"), "perm_publish": asks("perm_publish"),
        "perm_admin": asks("perm_admin"),
    }))
}

impl Node {
    /// Whether strangers may ask for an account.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_registers(&self) -> Result<bool, Error> {
        Ok(self.store().setting_get(SETTING).await?.as_deref() == Some("on"))
    }

    /// Lets strangers ask for an account, or no longer.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_registers_set(&self, caller: &Caller, on: bool) -> Result<(), Error> {
        operator(caller)?;
        let value = if on { "on" } else { "off" };
        let what = "whether strangers may ask for an account";
        Ok(self
            .store()
            .setting_change(&caller.principal, SETTING, value, what)
            .await?)
    }

    /// Keeps what somebody without an account asks for, until an operator decides.
    ///
    /// # Errors
    /// When it is off (then there is no such page), too many came, or it cannot be used.
    pub async fn misp_register(&self, whence: IpAddr, wish: &Map<String, Value>) -> Result<(), Error> {
        if !self.misp_registers().await? {
            return Err(Error::NotFound("there is no such page".to_owned()));
        }
        let wish = checked(wish)?;
        let now = self.now();
        self.store()
            .misp_registrations_forget(now.plus_micros(-KEPT_MICROS))
            .await?;
        let too_many = |message: String| bad("too-many", message, "write to the contact of this node instead");
        if self.store().misp_registration_count().await? >= WAITING {
            return Err(too_many("many have asked already".to_owned()));
        }
        let mut hasher = Sha256::new();
        hasher.update(self.process_secret());
        hasher.update(network(whence));
        let taken = self
            .misp_kept()
            .registrations
            .take(hasher.finalize().into(), now.micros());
        taken.map_err(|seconds| too_many(format!("many asked lately: wait {} minutes", seconds.div_ceil(60))))?;
        let new = MispRegistration {
            id: 0,
            uuid: self.fresh_uuid(),
            wish: wish.to_string(),
            at: now,
        };
        Ok(self.store().misp_register(&new).await?)
    }

    /// Who asked for an account.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_registrations(&self, caller: &Caller) -> Result<Vec<MispRegistration>, Error> {
        operator(caller)?;
        let before = self.now().plus_micros(-KEPT_MICROS);
        self.store().misp_registrations_forget(before).await?;
        let most = usize::try_from(WAITING).unwrap_or_default();
        Ok(self.store().misp_registrations(0, most).await?)
    }

    async fn misp_registration(&self, caller: &Caller, id: i64) -> Result<MispRegistration, Error> {
        let waiting = self.misp_registrations(caller).await?;
        let found = waiting.into_iter().find(|one| one.id == id);
        found.ok_or_else(|| Error::NotFound("there is no such registration".to_owned()))
    }

    /// Makes the account that somebody asked for; it has neither password nor key until an operator gives one.
    ///
    /// # Errors
    /// When the caller is no operator, or the account cannot be made.
    pub async fn misp_registration_accept(
        &self,
        caller: &Caller,
        id: i64,
        member: MemberId,
        role: Role,
    ) -> Result<Person, Error> {
        let one = self.misp_registration(caller, id).await?;
        let wish: Map<String, Value> = serde_json::from_str(&one.wish)
            .map_err(|error| Error::Ours(format!("a registration in the store is damaged: {error}")))?;
        let login = text_of(&wish, "email");
        let new = PersonWish {
            member,
            name: login.clone(),
            login,
            role,
            password: None,
        };
        let person = self.person_create(caller, new).await?;
        self.store()
            .misp_registration_end(&caller.principal, &one, true)
            .await?;
        Ok(person)
    }

    /// Forgets what somebody asked for.
    ///
    /// # Errors
    /// When the caller is no operator, or nobody asked.
    pub async fn misp_registration_discard(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        let one = self.misp_registration(caller, id).await?;
        Ok(self
            .store()
            .misp_registration_end(&caller.principal, &one, false)
            .await?)
    }
}
