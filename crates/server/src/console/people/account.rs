//! One's own account: sessions, keys, second factor, password, and where one is told things. Its other ways in: [`super::ways_in`].

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::SignInError;
use node::partnership::KeyWish;
use policy::{Action, Scope, Scopes};
use store::{Addressee, Credential, CredentialId, NoticeWish};

use super::ways_in::WaysIn;
use super::{done, may, own, page_again};
use crate::api::ask::{Parameters, must};
use crate::api::sign_in::set_cookie;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::picture::Picture;
use crate::console::shell::Shell;
use crate::console::{on, show_as};
use crate::problem::Fault;
use crate::query::bad;

/// Sessions and keys that are shown.
const SHOWN: usize = 100;
const DAY_MICROS: i64 = 86_400_000_000;
/// After how many days a key may end, to choose from; 0: never.
const DAYS: [i64; 4] = [90, 30, 365, 0];

/// What is told once: it is on this page and nowhere else.
enum Once {
    Nothing,
    Key(String),
    Factor {
        secret: String,
        address: String,
        picture: Option<Picture>,
    },
    Codes(Vec<String>),
}

#[derive(Template)]
#[template(path = "console/people/account.html")]
struct Page {
    shell: Shell,
    name: String,
    role: &'static str,
    own_session: Option<CredentialId>,
    sessions: Vec<Credential>,
    keys: Vec<Credential>,
    scopes: Vec<&'static str>,
    days: [i64; 4],
    factor: node::factors::FactorState,
    ways: WaysIn,
    notices: Addressee,
    wishes: [NoticeWish; 3],
    once: Once,
    done: Option<&'static str>,
    wrong: Option<String>,
    label: String,
    /// Whether the webhooks of their member are theirs to run.
    runs_webhooks: bool,
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        let (node, caller, person) = (asked.node(), asked.caller(), own(asked)?);
        let found = node.store().person_get(person).await?.ok_or_else(Fault::not_found)?;
        let now = node.now();
        let mut keys = node.key_page(caller, person, None, SHOWN).await?;
        // What ended is of no use here; the API lists it.
        keys.retain(|key| key.revoked.is_none() && key.expires.is_none_or(|at| at > now));
        // It is shown after changes too: from there one comes back to the page.
        let mut shell = Shell::of(asked, "account").await?;
        "/account".clone_into(&mut shell.address);
        let ways = WaysIn::of(asked, person, shell.member.as_deref()).await?;
        Ok(Self {
            shell,
            ways,
            name: found.name,
            role: found.role.as_str(),
            own_session: caller.credential.map(|(id, _)| id),
            sessions: node.session_page(caller, person, None, SHOWN).await?,
            keys,
            scopes: Scope::ALL.map(Scope::as_str).to_vec(),
            days: DAYS,
            factor: node.factor_state(caller, person).await?,
            notices: node.notices_of(caller, person).await?,
            wishes: [NoticeWish::AtOnce, NoticeWish::Daily, NoticeWish::None],
            once: Once::Nothing,
            done: None,
            wrong: None,
            label: String::new(),
            runs_webhooks: caller
                .principal
                .member
                .is_some_and(|own| may(asked, Action::ActFor(own))),
        })
    }

    fn answer(&self, status: StatusCode) -> Result<Response, Fault> {
        show_as(status, self)
    }
}

/// The page.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let page = Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    };
    page.answer(StatusCode::OK)
}

/// The page again, with why not; a factor's code that is missing is one that is wrong.
pub(super) async fn again(asked: &Asked, fault: impl Into<Fault>, label: &str) -> Result<Response, Fault> {
    page_again(asked, fault, |wrong| async move {
        Ok(Page {
            wrong: Some(wrong),
            label: label.to_owned(),
            ..Page::of(asked).await?
        })
    })
    .await
}

fn number(asked: &Asked) -> Result<CredentialId, Fault> {
    let number = asked.param("key").parse().map_err(|_| Fault::not_found())?;
    Ok(CredentialId(number))
}

/// Ends one session; one's own is signing out.
pub(crate) async fn end_session(asked: Asked) -> Result<Response, Fault> {
    let session = number(&asked)?;
    asked.node().session_end(asked.caller(), own(&asked)?, session).await?;
    if asked.caller().credential.is_some_and(|(id, _)| id == session) {
        let mut response = on(&asked, "/sign-in")?;
        set_cookie(&mut response, "", 0)?;
        return Ok(response);
    }
    on(&asked, "/account?done=session-ended")
}

/// Ends every session but this one.
pub(crate) async fn end_others(asked: Asked) -> Result<Response, Fault> {
    let (node, caller, person) = (asked.node(), asked.caller(), own(&asked)?);
    must(&asked, Action::ManageKeys(person))?;
    for session in node.sessions(caller, person).await? {
        if caller.credential.is_none_or(|(id, _)| id != session.id) {
            node.session_end(caller, person, session.id).await?;
        }
    }
    on(&asked, "/account?done=sessions-ended")
}

fn key_wish(asked: &Asked, form: &Form) -> Result<KeyWish, Fault> {
    let scopes = Scopes::parse(form.all("scope")).filter(|scopes| *scopes != Scopes::NONE);
    let days: i64 = form.maybe("days").unwrap_or("90").parse().unwrap_or(-1);
    if !DAYS.contains(&days) {
        return Err(bad("bad-days", "choose one of the ends that are offered"));
    }
    let addresses = form.text("addresses").split([',', ' ', '\n', '\r']);
    Ok(KeyWish {
        label: form.text("label").trim().to_owned(),
        read_only: false,
        expires: (days > 0).then(|| asked.node().now().plus_micros(days * DAY_MICROS)),
        addresses: addresses.filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        scopes: scopes.ok_or_else(|| bad("bad-scope", "say what the key is for: tick one thing at least"))?,
    })
}

/// Makes a key; the page that answers shows it once.
pub(crate) async fn make_key(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["label", "scope", "days", "addresses"]).await?;
    let person = own(&asked)?;
    let label = form.text("label");
    let wish = match key_wish(&asked, &form) {
        Ok(wish) => wish,
        Err(fault) => return again(&asked, fault, label).await,
    };
    match asked.node().key_create(asked.caller(), person, wish).await {
        Ok((secret, _)) => {
            let page = Page {
                once: Once::Key(secret),
                ..Page::of(&asked).await?
            };
            page.answer(StatusCode::CREATED)
        }
        Err(error) => again(&asked, error, label).await,
    }
}

/// Ends a key.
pub(crate) async fn revoke_key(asked: Asked) -> Result<Response, Fault> {
    let key = number(&asked)?;
    asked.node().key_revoke(asked.caller(), own(&asked)?, key).await?;
    on(&asked, "/account?done=key-revoked")
}

/// Makes the secret of a second factor; the page that answers shows it once and asks for a code of it.
pub(crate) async fn enrol(asked: Asked) -> Result<Response, Fault> {
    own(&asked)?;
    match asked.node().factor_enrol(asked.caller()).await {
        Ok(made) => {
            let page = Page {
                once: Once::Factor {
                    picture: Picture::of(&made.address),
                    secret: made.secret,
                    address: made.address,
                },
                ..Page::of(&asked).await?
            };
            page.answer(StatusCode::CREATED)
        }
        Err(error) => again(&asked, error, "").await,
    }
}

/// Lets the second factor count; the page that answers shows the recovery codes once.
pub(crate) async fn confirm(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["code"]).await?;
    own(&asked)?;
    match asked
        .node()
        .factor_confirm(asked.caller(), form.text("code").trim())
        .await
    {
        Ok(codes) => {
            let page = Page {
                once: Once::Codes(codes),
                ..Page::of(&asked).await?
            };
            page.answer(StatusCode::OK)
        }
        Err(error) => {
            let asked = &asked;
            page_again(asked, error, |wrong| async move {
                // The secret stays in the authenticator: only the code is asked for again.
                Ok(Page {
                    wrong: Some(wrong),
                    once: Once::Factor {
                        secret: String::new(),
                        address: String::new(),
                        picture: None,
                    },
                    ..Page::of(asked).await?
                })
            })
            .await
        }
    }
}

/// Removes the second factor.
pub(crate) async fn remove_factor(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["code"]).await?;
    own(&asked)?;
    match asked
        .node()
        .factor_remove(asked.caller(), form.text("code").trim())
        .await
    {
        Ok(()) => on(&asked, "/account?done=factor-removed"),
        Err(SignInError::Store(error)) => again(&asked, error, "").await,
        Err(error) => Err(error.into()),
    }
}

/// Changes the password; every session ends, so one signs in with the new one.
pub(crate) async fn password(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["password"]).await?;
    let person = own(&asked)?;
    let node = asked.node();
    match node
        .password_change(asked.caller(), person, form.text("password"))
        .await
    {
        Ok(()) => {
            let mut response = on(&asked, "/sign-in?back=/account")?;
            set_cookie(&mut response, "", 0)?;
            Ok(response)
        }
        Err(error) => again(&asked, error, "").await,
    }
}

/// Says where and how one is told things.
pub(crate) async fn notices(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["email", "notices"]).await?;
    let person = own(&asked)?;
    let Some(wish) = NoticeWish::parse(form.text("notices")) else {
        return again(&asked, bad("bad-notices", "choose when you are told"), "").await;
    };
    let email = form.maybe("email").map(str::to_owned);
    match asked.node().notices_set(asked.caller(), person, email, wish).await {
        Ok(()) => on(&asked, "/account?done=notices-set"),
        Err(error) => again(&asked, error, "").await,
    }
}

fn scope_key(scope: &str) -> &'static str {
    match scope {
        "read" => "scope-read",
        "share" => "scope-share",
        "sightings" => "scope-sightings",
        "commitments" => "scope-commitments",
        "members" => "scope-members",
        "communities" => "scope-communities",
        "keys" => "scope-keys",
        _ => "scope-admin",
    }
}

fn wish_key(wish: &NoticeWish) -> &'static str {
    match wish {
        NoticeWish::AtOnce => "notices-at-once",
        NoticeWish::Daily => "notices-daily",
        NoticeWish::None => "notices-none",
    }
}
