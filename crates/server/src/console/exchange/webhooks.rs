//! Webhooks of one's own member: where its programs are told what is new and what is due, and how that goes.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::webhooks::{WebhookShown, WebhookWish, kinds};
use policy::{Action, MemberId};
use store::MessageOut;
use uuid::Uuid;

use super::{done, mistake};
use crate::api::ask::{Parameters, must};
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::{on, show, show_as};
use crate::problem::Fault;

/// Webhooks that are shown.
const SHOWN: usize = 50;
/// Messages that are shown.
const MESSAGES: usize = 50;

/// Refuses before anything is looked up, so that a refusal tells nothing of what is there.
fn may(asked: &Asked) -> Result<(), Fault> {
    let own = asked.caller().principal.member.unwrap_or(MemberId(-1));
    must(asked, Action::ActFor(own))
}

fn uuid(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("webhook")).map_err(|_| Fault::not_found())
}

#[derive(Template)]
#[template(path = "console/exchange/webhooks.html")]
struct ListPage {
    shell: Shell,
    hooks: Vec<WebhookShown>,
    kinds: Vec<&'static str>,
    url: String,
    /// The secret of the one that was just made: here, now, and never again.
    secret: Option<String>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl ListPage {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        may(asked)?;
        let mut shell = Shell::of(asked, "webhooks").await?;
        "/webhooks".clone_into(&mut shell.address);
        Ok(Self {
            shell,
            hooks: asked.node().webhooks(asked.caller(), None, SHOWN).await?,
            kinds: kinds(),
            url: String::new(),
            secret: None,
            done: None,
            wrong: None,
        })
    }

    fn answer(&self, status: StatusCode) -> Result<Response, Fault> {
        show_as(status, self)
    }
}

/// The webhooks.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let page = ListPage {
        done: done(&parameters),
        ..ListPage::of(&asked).await?
    };
    page.answer(StatusCode::OK)
}

/// Makes one; its secret is on the page that answers.
pub(super) async fn make(mut asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    let form = Form::read(&mut asked, &["url", "kind"]).await?;
    let wish = WebhookWish {
        url: form.text("url").trim().to_owned(),
        kinds: form.all("kind").map(str::to_owned).collect(),
    };
    let url = wish.url.clone();
    match asked.node().webhook_make(asked.caller(), wish).await {
        Ok((secret, _)) => {
            let page = ListPage {
                secret: Some(secret),
                ..ListPage::of(&asked).await?
            };
            page.answer(StatusCode::CREATED)
        }
        Err(error) => {
            let page = ListPage {
                wrong: Some(mistake(&asked, error)?),
                url,
                ..ListPage::of(&asked).await?
            };
            page.answer(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

#[derive(Template)]
#[template(path = "console/exchange/webhook.html")]
struct Page {
    shell: Shell,
    shown: WebhookShown,
    messages: Vec<MessageOut>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        may(asked)?;
        let (node, caller, uuid) = (asked.node(), asked.caller(), uuid(asked)?);
        let mut shell = Shell::of(asked, "webhooks").await?;
        shell.address = format!("/webhooks/{uuid}");
        Ok(Self {
            shell,
            shown: node.webhook(caller, uuid).await?,
            messages: node.webhook_messages(caller, uuid, None, MESSAGES).await?,
            done: None,
            wrong: None,
        })
    }
}

/// One, with what was posted to it.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let page = Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    };
    show(&page)
}

async fn did<T>(asked: &Asked, what: Result<T, node::Error>, word: &str) -> Result<Response, Fault> {
    match what {
        Ok(_) => on(asked, &format!("/webhooks/{}?done={word}", uuid(asked)?)),
        Err(error @ node::Error::NotFound(_)) => Err(error.into()),
        Err(error) => {
            let page = Page {
                wrong: Some(mistake(asked, error)?),
                ..Page::of(asked).await?
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Sends a message that says nothing, to see whether it arrives.
pub(super) async fn test(asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    let tested = asked.node().webhook_test(asked.caller(), uuid(&asked)?).await;
    did(&asked, tested, "tested").await
}

/// Lets it be posted to, or no longer.
pub(super) async fn switch(mut asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    let enabled = Form::read(&mut asked, &["enabled"]).await?.is_ticked("enabled");
    let (node, uuid) = (asked.node(), uuid(&asked)?);
    let switched = node.webhook_change(asked.caller(), uuid, None, Some(enabled)).await;
    did(&asked, switched, "switched").await
}

/// Takes it away.
pub(super) async fn remove(asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    asked.node().webhook_delete(asked.caller(), uuid(&asked)?).await?;
    on(&asked, "/webhooks?done=removed")
}
