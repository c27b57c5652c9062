//! Whom to reach at a member.

use axum::response::Response;
use http::StatusCode;
use node::membership::ContactDue;
use policy::{Action, MemberId};
use serde::{Deserialize, Serialize};
use store::{Contact, NewContact};
use utoipa::ToSchema;

use super::acted_for;
use crate::api::ask::{Parameters, json, member, numbers};
use crate::api::partnership::{administer, nothing};
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// Whom to reach at a member.
#[derive(Serialize, ToSchema)]
pub struct ContactView {
    /// The first or the second.
    pub place: i64,
    /// Who it is.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number.
    pub telephone: String,
    /// The way beside these two.
    pub channel: String,
    /// Where they are reached on it.
    pub address: String,
    /// When somebody last found that all of it is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<String>,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            place: contact.terms.place,
            name: contact.terms.name,
            email: contact.terms.email,
            telephone: contact.terms.telephone,
            channel: contact.terms.channel,
            address: contact.terms.address,
            checked: contact.checked.map(|checked| checked.to_string()),
        }
    }
}

/// The contacts of a member.
#[derive(Serialize, ToSchema)]
pub struct ContactList {
    /// Two at the most.
    pub contacts: Vec<ContactView>,
}

/// The contacts of a member, for the member itself and the operators.
#[utoipa::path(get, path = "/api/v1/members/{member}/contacts", tag = "membership",
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 200, body = ContactList), (status = 404)))]
pub async fn contacts(asked: Asked) -> Result<Response, Fault> {
    let member = member(&asked, asked.param("member")).await?;
    let contacts = asked.node().contacts(asked.caller(), member).await?;
    let contacts = contacts.into_iter().map(ContactView::from).collect();
    answer(StatusCode::OK, &ContactList { contacts })
}

/// A contact to be named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContactView {
    /// Who it is.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number.
    pub telephone: String,
    /// The way beside these two, as in `signal`, `matrix`, `radio`, `fax`.
    pub channel: String,
    /// Where they are reached on it.
    pub address: String,
}

/// The member and the place of the path, where the caller may change contacts there.
async fn contact_place(asked: &Asked) -> Result<(MemberId, i64), Fault> {
    let member = acted_for(asked, Action::SeeContacts).await?;
    let place = asked.param("place").parse().map_err(|_| Fault::not_found())?;
    Ok((member, place))
}

/// Names the first or second contact of a member.
#[utoipa::path(put, path = "/api/v1/members/{member}/contacts/{place}", tag = "membership", request_body = NewContactView,
    params(("member" = String, Path, description = "Name or UUID"), ("place" = i64, Path, description = "1 or 2")),
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn contact_put(mut asked: Asked) -> Result<Response, Fault> {
    let (member, place) = contact_place(&asked).await?;
    let wish: NewContactView = json(&mut asked).await?;
    let contact = NewContact {
        member,
        place,
        name: wish.name,
        email: wish.email,
        telephone: wish.telephone,
        channel: wish.channel,
        address: wish.address,
    };
    asked.node().contact_put(asked.caller(), &contact).await?;
    Ok(nothing())
}

/// Takes a contact away.
#[utoipa::path(delete, path = "/api/v1/members/{member}/contacts/{place}", tag = "membership",
    params(("member" = String, Path, description = "Name or UUID"), ("place" = i64, Path, description = "1 or 2")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn contact_remove(asked: Asked) -> Result<Response, Fault> {
    let (member, place) = contact_place(&asked).await?;
    asked.node().contact_remove(asked.caller(), member, place).await?;
    Ok(nothing())
}

/// Notes that a contact was reached, and all of it is right.
#[utoipa::path(post, path = "/api/v1/members/{member}/contacts/{place}/confirm", tag = "membership",
    params(("member" = String, Path, description = "Name or UUID"), ("place" = i64, Path, description = "1 or 2")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn contact_confirm(asked: Asked) -> Result<Response, Fault> {
    let (member, place) = contact_place(&asked).await?;
    asked.node().contact_confirm(asked.caller(), member, place).await?;
    Ok(nothing())
}

/// A contact that has to be checked.
#[derive(Serialize, ToSchema)]
pub struct ContactDueView {
    /// The member.
    pub member: String,
    /// The first or the second.
    pub place: i64,
    /// Since when.
    pub since: String,
}

/// Contacts that have to be checked.
#[derive(Serialize, ToSchema)]
pub struct ContactDueList {
    /// The longest due first.
    pub due: Vec<ContactDueView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The contacts of active members that have to be checked.
#[utoipa::path(get, path = "/api/v1/contacts/due", tag = "membership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = ContactDueList), (status = 400), (status = 403)))]
pub async fn contacts_due(asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let node = asked.node();
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let [at, member, place] = wish.key(numbers)?.unwrap_or([i64::MIN; 3]);
    let page = node
        .contacts_due_page(node.now(), (at, member, place), wish.limit)
        .await?;
    let key = |last: &ContactDue| {
        let (contact, terms) = (&last.contact, &last.contact.terms);
        let at = contact.checked.unwrap_or(contact.changed).micros();
        format!("{at}.{}.{}", terms.member.0, terms.place)
    };
    let next = wish.next(&page, key);
    let mut due = Vec::with_capacity(page.len());
    for one in page {
        let found = node
            .store()
            .member_get(store::MemberKey::Id(one.contact.terms.member))
            .await?;
        due.push(ContactDueView {
            member: found.map_or_else(String::new, |member| member.name),
            place: one.contact.terms.place,
            since: one.since.to_string(),
        });
    }
    answer(StatusCode::OK, &ContactDueList { due, next })
}
