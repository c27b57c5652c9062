//! Publishing, for operators: the words, what is published, taking back. For analysts of the member behind it: being named.

use askama::Template;
use axum::response::Response;
use node::publication::{AdviceWish, Published};
use policy::Action;
use stix::Timestamp;
use uuid::Uuid;

use crate::api::ask::{Parameters, must};
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::people::{done, may, page_again};
use crate::console::shell::{Shell, encoded};
use crate::console::words::Language;
use crate::console::{on, show};
use crate::problem::Fault;
use crate::query::bad;

/// Publications that are shown.
const LINES: usize = 200;
/// Words for sectors, from the vocabulary of STIX 2.1 (10.7): what people choose from; others may be typed.
const SECTORS: [&str; 27] = [
    "agriculture",
    "chemical",
    "commercial",
    "communications",
    "construction",
    "defense",
    "education",
    "emergency-services",
    "energy",
    "financial-services",
    "government",
    "government-local",
    "government-national",
    "government-regional",
    "government-emergency-services",
    "government-public-services",
    "healthcare",
    "infrastructure",
    "infrastructure-dams",
    "infrastructure-nuclear",
    "infrastructure-water",
    "manufacturing",
    "non-profit",
    "technology",
    "telecommunications",
    "transportation",
    "utilities",
];

#[derive(Template)]
#[template(path = "console/public/publish.html")]
struct FormPage {
    shell: Shell,
    wish: AdviceWish,
    until: String,
    sectors: String,
    offered: [&'static str; 27],
    is_published: bool,
    wrong: Option<String>,
}

/// The form, where the item may be published; for everything else there is none.
async fn form_page(asked: &Asked) -> Result<FormPage, Fault> {
    if !may(asked, Action::Publish) {
        must(asked, Action::Publish)?;
    }
    let id = asked.param("id");
    let publishing = asked.node().publishing(asked.caller(), id).await?;
    let published = publishing.published.map(|one| one.publication.words);
    if !publishing.may_publish && published.is_none() {
        return Err(Fault::not_found());
    }
    let mut shell = Shell::of(asked, "admin").await?;
    shell.address = format!("/objects/{}/publish", encoded(id));
    let is_published = published.is_some();
    let wish = match published {
        Some(words) => AdviceWish {
            object: words.object,
            language: words.language,
            title: words.title,
            happened: words.happened,
            concerned: words.concerned,
            advice: words.advice,
            ends: words.ends,
            sectors: words.sectors,
        },
        None => first_words(asked, id, shell.language).await?,
    };
    Ok(FormPage {
        shell,
        until: day(wish.ends),
        sectors: wish.sectors.join(", "),
        wish,
        offered: SECTORS,
        is_published,
        wrong: None,
    })
}

/// What the item itself says, to begin with: only as everybody may read it.
async fn first_words(asked: &Asked, id: &str, language: Language) -> Result<AdviceWish, Fault> {
    let (title, description) = asked.node().advice_draft(id).await?;
    Ok(AdviceWish {
        object: id.to_owned(),
        language: language.tag().to_owned(),
        title,
        happened: description,
        ..AdviceWish::default()
    })
}

fn day(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string().chars().take(10).collect())
}

/// The words to be published.
pub(super) async fn form(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    show(&form_page(&asked).await?)
}

fn wish(asked: &Asked, form: &Form) -> Result<AdviceWish, Fault> {
    let ends = match form.maybe("until") {
        None => None,
        Some(day) => {
            let unreadable = |_| bad("bad-date", "write the day as in 2026-11-30");
            Some(Timestamp::parse(&format!("{day}T23:59:59Z")).map_err(unreadable)?)
        }
    };
    let sectors = form.text("sectors").split([',', ' ', ';']).map(str::to_ascii_lowercase);
    Ok(AdviceWish {
        object: asked.param("id").to_owned(),
        language: form.text("language").to_owned(),
        title: form.text("title").to_owned(),
        happened: form.text("happened").to_owned(),
        concerned: form.text("concerned").to_owned(),
        advice: form.text("advice").to_owned(),
        ends,
        sectors: sectors.filter(|one| !one.is_empty()).collect(),
    })
}

/// Publishes.
pub(super) async fn publish(mut asked: Asked) -> Result<Response, Fault> {
    let page = form_page(&asked).await?;
    let fields = [
        "language",
        "title",
        "happened",
        "concerned",
        "advice",
        "until",
        "sectors",
    ];
    let form = Form::read(&mut asked, &fields).await?;
    let fault = match wish(&asked, &form) {
        Err(fault) => fault,
        Ok(wish) => match asked.node().advice_publish(asked.caller(), &wish).await {
            Ok(_) => return on(&asked, "/admin/advice?done=published"),
            Err(error) => Fault::from(error),
        },
    };
    let text = |name: &str| form.text(name).to_owned();
    page_again(&asked, fault, |wrong| async move {
        Ok(FormPage {
            wish: AdviceWish {
                language: text("language"),
                title: text("title"),
                happened: text("happened"),
                concerned: text("concerned"),
                advice: text("advice"),
                ..page.wish
            },
            until: text("until"),
            sectors: text("sectors"),
            wrong: Some(wrong),
            ..page
        })
    })
    .await
}

#[derive(Template)]
#[template(path = "console/public/published.html")]
struct ListPage {
    shell: Shell,
    published: Vec<Published>,
    pages: bool,
    done: Option<&'static str>,
    wrong: Option<String>,
}

async fn list_page(asked: &Asked) -> Result<ListPage, Fault> {
    let published = asked.node().advice_all(asked.caller(), None, LINES).await?;
    let mut shell = Shell::of(asked, "admin").await?;
    "/admin/advice".clone_into(&mut shell.address);
    Ok(ListPage {
        shell,
        published,
        pages: asked.node().site().await?.site.pages,
        done: None,
        wrong: None,
    })
}

/// What is published, and whether everybody sees it.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&ListPage {
        done: done(&parameters),
        ..list_page(&asked).await?
    })
}

fn advice(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("advice")).map_err(|_| Fault::not_found())
}

/// Takes back what was published.
pub(super) async fn take_back(asked: Asked) -> Result<Response, Fault> {
    let uuid = advice(&asked)?;
    let taken = asked.node().advice_take_back(asked.caller(), uuid).await;
    match taken {
        Ok(()) => on(&asked, "/admin/advice?done=unpublished"),
        Err(error) => {
            let asked = &asked;
            page_again(asked, error, |wrong| async move {
                Ok(ListPage {
                    wrong: Some(wrong),
                    ..list_page(asked).await?
                })
            })
            .await
        }
    }
}

/// Has one's own member named beside it, or no longer; goes back to the item.
pub(super) async fn name(mut asked: Asked) -> Result<Response, Fault> {
    let uuid = advice(&asked)?;
    let form = Form::read(&mut asked, &["named", "object"]).await?;
    let object = stix::Id::parse(form.text("object")).map_err(|_| Fault::not_found())?;
    let named = form.is_ticked("named");
    asked.node().advice_name(asked.caller(), uuid, named).await?;
    on(&asked, &format!("/objects/{}", encoded(object.as_str())))
}
