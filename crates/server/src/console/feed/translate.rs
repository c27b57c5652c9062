//! Contributing a translation of an object, for those who have the object.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use node::translations::{TEXTS, TranslationWish, texts_of};
use policy::Action;

use super::acts::is_theirs;
use crate::api::ask::{Parameters, must};
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded};
use crate::console::words::Language;
use crate::console::{on, show, show_as};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "console/feed/translate.html")]
struct Page {
    shell: Shell,
    id: String,
    name: String,
    /// Property, original, what was typed.
    texts: Vec<(String, String, String)>,
    tlp: &'static str,
    language: String,
    withheld: bool,
    wrong: Option<String>,
}

impl Page {
    /// Whether a language of the console is chosen.
    fn is_chosen(&self, language: &Language) -> bool {
        self.language == language.tag()
    }

    fn is_other(&self) -> bool {
        !self.language.is_empty() && !Language::ALL.iter().any(|one| self.is_chosen(one))
    }
}

/// The form, for whoever may share a translation; for everybody else there is none.
async fn build(asked: &Asked) -> Result<Page, Fault> {
    let (node, caller, id) = (asked.node(), asked.caller(), asked.param("id"));
    let shown = node.show(caller, id, 1).await?;
    let original = shown.contributions.first().ok_or_else(Fault::not_found)?;
    if !node.may_translate(caller, original) {
        return Err(Fault::not_found());
    }
    let shell = Shell::of(asked, "feed").await?;
    let texts = texts_of(&original.row.body).into_iter();
    Ok(Page {
        language: shell.language.tag().to_owned(),
        shell,
        id: id.to_owned(),
        name: original.title.clone().unwrap_or_else(|| id.to_owned()),
        texts: texts.map(|(key, text)| (key, text, String::new())).collect(),
        tlp: original.audience.tlp().label(),
        withheld: false,
        wrong: None,
    })
}

/// The form.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let page = build(&asked).await?;
    show(&page)
}

/// Shares it.
pub(super) async fn send(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ContributeToNamed)?;
    let mut page = build(&asked).await?;
    let mut fields = vec!["language", "other", "withheld"];
    fields.extend(TEXTS);
    let form = Form::read(&mut asked, &fields).await?;
    let language = form.maybe("other").unwrap_or(form.text("language")).to_owned();
    let text = |key: &&str| Some(((*key).to_owned(), form.maybe(key)?.to_owned()));
    let wish = TranslationWish {
        language,
        texts: TEXTS.iter().filter_map(text).collect::<BTreeMap<_, _>>(),
        withheld: form.is_ticked("withheld"),
    };
    match asked
        .node()
        .translate(asked.caller(), asked.param("id"), &wish)
        .await
        .map_err(Fault::from)
    {
        Ok(_) => {
            let id = encoded(asked.param("id"));
            on(&asked, &format!("/objects/{id}?said=said-translated"))
        }
        Err(fault) if is_theirs(&fault) => {
            page.wrong = Some(fault.message().to_owned());
            page.language = wish.language;
            page.withheld = wish.withheld;
            for (key, _, typed) in &mut page.texts {
                form.text(key).clone_into(typed);
            }
            show_as(fault.status(), &page)
        }
        Err(fault) => Err(fault),
    }
}

/// The key of the sentence for a text.
fn text_key(key: &str) -> &'static str {
    match key {
        "name" => "text-name",
        "description" => "text-description",
        "abstract" => "text-abstract",
        "explanation" => "text-explanation",
        _ => "text-content",
    }
}
