//! Advice for everybody: what happened, whom it concerns, what to do, until when. A list, one piece, and feeds of both.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use node::publication::{Advice, is_sector};
use serde_json::{Value, json};
use stix::Timestamp;
use uuid::Uuid;

use super::face::{Face, kept, shown};
use crate::api::ask::Parameters;
use crate::asked::Stranger;
use crate::console::shell::encoded;
use crate::console::words::{Language, Words};
use crate::problem::Fault;
use crate::query::bad;

/// Pieces on the page and in feeds.
const LINES: usize = 50;
/// Characters of each in the list.
const SHORT: usize = 280;

#[derive(Template)]
#[template(path = "console/public/advice.html")]
struct ListPage {
    face: Face,
    advice: Vec<Advice>,
    sector: Option<String>,
    /// The sectors there are, each with whether it is the one that is shown.
    sectors: Vec<(String, bool)>,
    feed: String,
}

#[derive(Template)]
#[template(path = "console/public/one.html")]
struct OnePage {
    face: Face,
    one: Advice,
}

#[derive(Template)]
#[template(path = "console/public/advice.xml")]
struct Atom {
    language: Language,
    title: String,
    author: String,
    own: String,
    list: String,
    id: String,
    updated: Timestamp,
    entries: Vec<Entry>,
}

/// An entry of a feed.
struct Entry {
    advice: Advice,
    url: String,
    text: String,
}

fn sector(stranger: &Stranger) -> Result<Option<String>, Fault> {
    let parameters = Parameters::read(&stranger.asked, &["sector", "language"])?;
    let sector = parameters.one("sector")?.map(str::to_owned);
    match sector {
        Some(sector) if !is_sector(&sector) => Err(bad("bad-sector", "a sector is a word such as water or energy")),
        sector => Ok(sector),
    }
}

fn question(sector: Option<&str>) -> String {
    sector.map_or_else(String::new, |sector| format!("?sector={}", encoded(sector)))
}

/// What everybody may read, the newest first.
pub(super) async fn list(stranger: Stranger) -> Result<Response, Fault> {
    let sector = sector(&stranger)?;
    let node = stranger.asked.node();
    let advice = node.advice_page(sector.as_deref(), LINES).await?;
    let all = match &sector {
        None => advice.clone(),
        Some(_) => node.advice_page(None, LINES).await?,
    };
    let sectors: BTreeSet<String> = all.into_iter().flat_map(|one| one.publication.words.sectors).collect();
    let is_here = |one: String| {
        let is_here = sector.as_deref() == Some(one.as_str());
        (one, is_here)
    };
    let page = ListPage {
        face: Face::of(&stranger, "advice").await?,
        advice,
        feed: question(sector.as_deref()),
        sectors: sectors.into_iter().map(is_here).collect(),
        sector,
    };
    shown(&stranger.asked.headers, &page)
}

/// One piece of advice.
pub(super) async fn one(stranger: Stranger) -> Result<Response, Fault> {
    Parameters::read(&stranger.asked, &["language"])?;
    let uuid = Uuid::try_parse(stranger.asked.param("advice")).map_err(|_| Fault::not_found())?;
    let one = stranger.asked.node().advice_one(uuid).await?;
    let page = OnePage {
        face: Face::of(&stranger, "advice").await?,
        one,
    };
    shown(&stranger.asked.headers, &page)
}

/// The language of words, as far as there are sentences in it.
fn words_of(advice: &Advice) -> Words {
    Words(Language::parse(&advice.publication.words.language).unwrap_or(Language::English))
}

/// All of it as text.
fn whole(advice: &Advice) -> String {
    let (t, words) = (words_of(advice), &advice.publication.words);
    let mut parts = vec![
        format!("{}\n{}", t.say("advice-happened"), words.happened),
        format!("{}\n{}", t.say("advice-concerned"), words.concerned),
        format!("{}\n{}", t.say("advice-do"), words.advice),
    ];
    parts.extend(
        words
            .ends
            .map(|ends| format!("{} {}", t.say("advice-until"), day(&ends))),
    );
    parts.extend(
        advice
            .from
            .as_ref()
            .map(|from| t.text("advice-from", from).into_owned()),
    );
    parts.join("\n\n")
}

async fn entries(stranger: &Stranger, sector: Option<&str>) -> Result<Vec<Entry>, Fault> {
    let advice = stranger.asked.node().advice_page(sector, LINES).await?;
    let entry = |advice: Advice| Entry {
        url: stranger
            .asked
            .app
            .address(&format!("/advice/{}", advice.publication.words.uuid)),
        text: whole(&advice),
        advice,
    };
    Ok(advice.into_iter().map(entry).collect())
}

/// What a feed is called, in the reader's language, as its page is.
fn title(face: &Face, sector: Option<&str>) -> String {
    let advice = face.t.say("public-advice");
    match sector {
        None => format!("{advice} · {}", face.node),
        Some(sector) => format!("{advice}: {sector} · {}", face.node),
    }
}

/// The address of a feed, in the language that was chosen: whoever subscribes keeps it.
fn feed_at(face: &Face, path: &str, question: &str) -> String {
    face.to(&format!("{path}{question}"))
}

/// The same as an Atom feed (RFC 4287).
pub(super) async fn atom(stranger: Stranger) -> Result<Response, Fault> {
    let sector = sector(&stranger)?;
    let entries = entries(&stranger, sector.as_deref()).await?;
    let face = Face::of(&stranger, "advice").await?;
    let (app, question) = (&stranger.asked.app, question(sector.as_deref()));
    let own = |path: &str| app.address(&face.kept_language(&format!("{path}{question}")));
    // A feed has an identifier of its own that does not change when the node moves.
    let name = format!("advice of {} {question}", stranger.asked.node().settings().identity);
    let changed = entries.iter().map(|entry| entry.advice.publication.changed).max();
    let feed = Atom {
        language: face.language,
        title: title(&face, sector.as_deref()),
        author: face.node.clone(),
        own: own("/advice.atom"),
        list: own("/advice"),
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string(),
        updated: changed.unwrap_or(Timestamp::from_seconds(0)),
        entries,
    };
    let text = feed.render().map_err(Fault::ours)?;
    kept(&stranger.asked.headers, "application/atom+xml; charset=utf-8", text)
}

/// The same as a JSON feed (version 1.1, jsonfeed.org).
pub(super) async fn json(stranger: Stranger) -> Result<Response, Fault> {
    let sector = sector(&stranger)?;
    let entries = entries(&stranger, sector.as_deref()).await?;
    let face = Face::of(&stranger, "advice").await?;
    let (app, question) = (&stranger.asked.app, question(sector.as_deref()));
    let own = |path: &str| app.address(&face.kept_language(&format!("{path}{question}")));
    let item = |entry: &Entry| {
        let publication = &entry.advice.publication;
        let words = &publication.words;
        let mut item = json!({
            "id": format!("urn:uuid:{}", words.uuid),
            "url": entry.url,
            "title": words.title,
            "content_text": entry.text,
            "date_published": publication.published,
            "date_modified": publication.changed,
            "language": words.language,
            "tags": words.sectors,
        });
        if let (Some(from), Some(item)) = (&entry.advice.from, item.as_object_mut()) {
            item.insert("authors".to_owned(), json!([{ "name": from }]));
        }
        item
    };
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": title(&face, sector.as_deref()),
        "language": face.language.tag(),
        "home_page_url": own("/advice"),
        "feed_url": own("/advice.json"),
        "items": entries.iter().map(item).collect::<Vec<Value>>(),
    });
    kept(
        &stranger.asked.headers,
        "application/feed+json; charset=utf-8",
        feed.to_string(),
    )
}

/// The day of an instant, which needs no zone to be understood.
fn day(at: &Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The page of one piece, in the language that was chosen.
fn address(face: &Face, one: &Advice) -> String {
    face.to(&format!("/advice/{}", one.publication.words.uuid))
}

/// The beginning of a text.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(SHORT).collect();
    if text.chars().count() > SHORT {
        short.push('…');
    }
    short
}
