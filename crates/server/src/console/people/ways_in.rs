//! The ways into one's own account beside the password: passkeys, and accounts at identity providers.

use axum::response::Response;
use node::passkeys::Place;
use policy::{Action, PersonId};
use store::{AccountLink, LinkId, Passkey, PasskeyId};

use super::account::again;
use super::own;
use crate::api::ask::must;
use crate::api::passkeys::place;
use crate::api::providers::redirect;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::on;
use crate::console::passkey::{answered, are_possible};
use crate::console::provider::{lead_on, offered};
use crate::problem::Fault;

/// What the page of the account shows of them.
pub(super) struct WaysIn {
    pub passkeys: Vec<Passkey>,
    /// Whether this node can have passkeys.
    pub has_passkeys: bool,
    pub links: Vec<AccountLink>,
    /// Providers whose accounts can be tied: name and title.
    pub providers: Vec<(String, String)>,
}

impl WaysIn {
    pub async fn of(asked: &Asked, person: PersonId, member: Option<&str>) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let for_them = offered(&asked.app)
            .iter()
            .filter(|one| one.member.is_none() || one.member.as_deref() == member);
        Ok(Self {
            passkeys: node.passkeys(caller, person).await?,
            has_passkeys: are_possible(&asked.app),
            links: node.links(caller, person).await?,
            providers: for_them.map(|one| (one.name.clone(), one.title.clone())).collect(),
        })
    }
}

/// Whoever may do this in person; everybody else is told before anything is read.
fn in_person(asked: &Asked) -> Result<PersonId, Fault> {
    let person = own(asked)?;
    must(asked, Action::ManageFactors(person))?;
    Ok(person)
}

/// Takes note of a passkey that was made.
pub(crate) async fn add_passkey(mut asked: Asked) -> Result<Response, Fault> {
    in_person(&asked)?;
    let form = Form::read(&mut asked, &["note", "credential", "name"]).await?;
    let place: Place = match place(&asked.app) {
        Ok(place) => place,
        Err(fault) => return again(&asked, fault, "").await,
    };
    let (note, answer) = match answered(&form) {
        Ok(answered) => answered,
        Err(fault) => return again(&asked, fault, "").await,
    };
    let (node, name) = (asked.node(), form.text("name").trim());
    match node.passkey_add(asked.caller(), &place, note, name, &answer).await {
        Ok(_) => on(&asked, "/account?done=passkey-made"),
        Err(error) => again(&asked, error, "").await,
    }
}

fn passkey(asked: &Asked) -> Result<PasskeyId, Fault> {
    let number = asked.param("passkey").parse();
    number.map(PasskeyId).map_err(|_| Fault::not_found())
}

/// Gives a passkey another name.
pub(crate) async fn rename_passkey(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ManageKeys(own(&asked)?))?;
    let form = Form::read(&mut asked, &["name"]).await?;
    let (passkey, name) = (passkey(&asked)?, form.text("name").trim());
    match asked.node().passkey_rename(asked.caller(), passkey, name).await {
        Ok(()) => on(&asked, "/account?done=passkey-named"),
        Err(error) => again(&asked, error, "").await,
    }
}

/// Removes a passkey.
pub(crate) async fn remove_passkey(asked: Asked) -> Result<Response, Fault> {
    let (person, passkey) = (in_person(&asked)?, passkey(&asked)?);
    asked.node().passkey_remove(asked.caller(), person, passkey).await?;
    on(&asked, "/account?done=passkey-removed")
}

/// Begins to tie an account at a provider to oneself.
pub(crate) async fn link(mut asked: Asked) -> Result<Response, Fault> {
    in_person(&asked)?;
    let form = Form::read(&mut asked, &["provider"]).await?;
    let provider = form.text("provider");
    let redirect = redirect(&asked.app, provider)?;
    let back = Some("/account?done=linked");
    let started = asked
        .node()
        .provider_link_begin(asked.caller(), provider, &redirect, back)
        .await;
    match started {
        Ok(started) => lead_on(&asked, provider, &started),
        Err(error) => again(&asked, error, "").await,
    }
}

/// Unties an account.
pub(crate) async fn unlink(asked: Asked) -> Result<Response, Fault> {
    let person = own(&asked)?;
    let number = asked.param("link").parse().map_err(|_| Fault::not_found())?;
    asked.node().link_remove(asked.caller(), person, LinkId(number)).await?;
    on(&asked, "/account?done=unlinked")
}
