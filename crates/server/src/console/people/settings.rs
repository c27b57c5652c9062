//! Settings of the node: those that can be chosen while it runs, and where the others are set.

use axum::response::Response;
use node::chosen::Chosen;
use node::privacy::Retention;
use policy::Action;

use super::admin;
use crate::api::ask::must;
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::on;
use crate::problem::Fault;
use crate::query::bad;

/// Fields of the form.
const FIELDS: [&str; 11] = [
    "title",
    "description",
    "contact",
    "contact-months",
    "sessions",
    "invitations",
    "proposals",
    "notices",
    "transfers",
    "reports",
    "as-configured",
];

/// The form, be it what somebody typed.
#[derive(Clone, Default)]
pub(super) struct Typed {
    pub title: String,
    pub description: String,
    pub contact: String,
    pub months: String,
    /// Days of each kind: the field, the key of its name, what was typed.
    pub days: Vec<(&'static str, &'static str, String)>,
}

/// The kinds of what is forgotten: the field, and the key of its name.
const DAYS: [(&str, &str); 6] = [
    ("sessions", "retention-sessions"),
    ("invitations", "retention-invitations"),
    ("proposals", "retention-proposals"),
    ("notices", "retention-notices"),
    ("transfers", "retention-transfers"),
    ("reports", "retention-reports"),
];

impl From<&Chosen> for Typed {
    fn from(chosen: &Chosen) -> Self {
        let named = DAYS.into_iter().zip(chosen.retention.days());
        Self {
            title: chosen.title.clone(),
            description: chosen.description.clone(),
            contact: chosen.contact.clone().unwrap_or_default(),
            months: chosen.contact_months.to_string(),
            days: named
                .map(|((field, key), days)| (field, key, days.to_string()))
                .collect(),
        }
    }
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        Self {
            title: text("title"),
            description: text("description"),
            contact: text("contact"),
            months: text("contact-months"),
            days: DAYS.into_iter().map(|(field, key)| (field, key, text(field))).collect(),
        }
    }

    fn chosen(&self) -> Result<Chosen, Fault> {
        let unreadable = |field: &str| bad("bad-number", format!("write '{field}' as a whole number, as in 180"));
        let days = |field: &str| -> Result<u16, Fault> {
            let typed = self.days.iter().find(|(name, ..)| *name == field);
            let number = typed.and_then(|(.., days)| days.parse().ok());
            number.ok_or_else(|| unreadable(field))
        };
        Ok(Chosen {
            title: self.title.clone(),
            description: self.description.clone(),
            contact: Some(self.contact.clone()).filter(|text| !text.is_empty()),
            contact_months: self.months.parse().map_err(|_| unreadable("contact-months"))?,
            retention: Retention {
                sessions: days("sessions")?,
                invitations: days("invitations")?,
                proposals: days("proposals")?,
                notices: days("notices")?,
                transfers: days("transfers")?,
                tips: days("reports")?,
            },
        })
    }
}

/// What is set where the node is started, and how it is set there: the key in `commonwatch.toml`, and what holds.
pub(super) fn elsewhere(asked: &Asked) -> Vec<(&'static str, String)> {
    let settings = asked.node().settings();
    let flag = |on: bool| if on { "true" } else { "false" }.to_owned();
    let providers: Vec<&str> = settings.providers.iter().map(|one| one.name.as_str()).collect();
    vec![
        ("public-url", asked.app.options().base_url.clone().unwrap_or_default()),
        ("public-reading", flag(settings.public_reading)),
        ("four-eyes", flag(settings.four_eyes)),
        ("request-mib", (settings.request_bytes >> 20).to_string()),
        ("page-most", settings.page_most.to_string()),
        ("sign-in", providers.join(", ")),
    ]
}

/// Chooses, or leaves it to the configuration.
pub(crate) async fn choose(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let form = Form::read(&mut asked, &FIELDS).await?;
    must(&asked, Action::Configure)?;
    let typed = Typed::of(&form);
    let chosen = match form.is_ticked("as-configured") {
        true => None,
        false => match typed.chosen() {
            Ok(chosen) => Some(chosen),
            Err(fault) => return admin::again_with(&asked, fault, typed).await,
        },
    };
    match asked.node().choose(asked.caller(), chosen.as_ref()).await {
        Ok(()) => on(&asked, "/admin?done=settings#settings"),
        Err(error) => admin::again_with(&asked, error.into(), typed).await,
    }
}
