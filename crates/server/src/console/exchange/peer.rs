//! A peer to be made: what would leave for it is counted first.

use askama::Template;
use axum::response::Response;
use node::push::{Backlog, PeerWish};
use policy::{Action, decide};
use store::Member;

use super::there::{EVERY, There, answer, who};
use super::{mistake, wrong};
use crate::api::ask::{Parameters, community, member, must};
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::on;
use crate::console::shell::{Shell, encoded};
use crate::problem::Fault;
use crate::query::bad;

/// Fields of the form.
const FIELDS: [&str; 9] = [
    "name",
    "url",
    "login",
    "secret",
    "collection",
    "member",
    "community",
    "every",
    "settings",
];
/// Where the form is.
const HERE: &str = "/exchange/push";

/// What was typed.
#[derive(Clone, Default)]
struct Typed {
    there: There,
    member: String,
    community: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        Self {
            there: There::of(form),
            member: text("member"),
            community: text("community"),
        }
    }

    async fn wish(&self, asked: &Asked) -> Result<PeerWish, Fault> {
        Ok(PeerWish {
            name: self.there.name.clone(),
            url: self.there.url.clone(),
            settings: self.there.settings(false)?,
            member: member(asked, &self.member).await?,
            community: match self.community.is_empty() {
                true => None,
                false => Some(community(asked, &self.community).await?),
            },
            interval_seconds: self.there.every,
            enabled: true,
        })
    }
}

#[derive(Template)]
#[template(path = "console/exchange/push.html")]
struct Page {
    shell: Shell,
    typed: Typed,
    members: Vec<Member>,
    communities: Vec<(String, String)>,
    preview: Option<Backlog>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked, typed: Typed) -> Result<Self, Fault> {
        let mut shell = Shell::of(asked, "exchange").await?;
        HERE.clone_into(&mut shell.address);
        let (members, communities) = who(asked).await?;
        Ok(Self {
            shell,
            typed,
            members,
            communities,
            preview: None,
            wrong: None,
        })
    }

    fn answer(&self) -> Result<Response, Fault> {
        answer(self, self.wrong.is_some())
    }
}

/// The empty form, for who has shown that it is them: what they type must not be lost to that.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    administer(&asked)?;
    must(&asked, Action::SendElsewhere)?;
    Page::of(&asked, Typed::default()).await?.answer()
}

/// Counts what would be pushed. Nothing is kept, and nothing leaves.
pub(super) async fn look(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let typed = Typed::of(&Form::read(&mut asked, &FIELDS).await?);
    must(&asked, Action::SendElsewhere)?;
    let mut page = Page::of(&asked, typed.clone()).await?;
    match typed.wish(&asked).await {
        Err(fault) => page.wrong = Some(wrong(&asked, fault)?),
        Ok(wish) => match asked.node().push_preview(asked.caller(), &wish).await {
            Ok(preview) => page.preview = Some(preview),
            Err(error) => page.wrong = Some(mistake(&asked, error)?),
        },
    }
    page.answer()
}

/// Keeps it; its first run is due at once. One of the same name is not written over.
pub(super) async fn make(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let typed = Typed::of(&Form::read(&mut asked, &FIELDS).await?);
    // Back to the form, not to the list that stands above the address of what was sent.
    if let Err(refusal) = decide(&asked.caller().principal, Action::SendElsewhere)
        && refusal.unproven
    {
        return on(&asked, &format!("/step-up?back={}", encoded(HERE)));
    }
    let made = async {
        let wish = typed.wish(&asked).await?;
        let taken = asked.node().peers(asked.caller()).await?;
        if taken.iter().any(|one| one.peer.terms.name == wish.name) {
            let message = "there is a peer of that name: choose another, or remove it first";
            return Err(bad("name-taken", message));
        }
        Ok(asked.node().peer_put(asked.caller(), wish).await?)
    };
    let why = match made.await {
        Ok(_) => return on(&asked, "/exchange?done=peer"),
        Err(fault) => wrong(&asked, fault)?,
    };
    let mut page = Page::of(&asked, typed).await?;
    page.wrong = Some(why);
    page.answer()
}
