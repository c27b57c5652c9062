//! A look at a source before it is used: what comes, counted and with examples, and nothing is stored.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use formats::{Found, Limits, ReadOptions, Sink, Summary};
use serde::Serialize;
use stix::marking::{Meaning, effective};
use stix::{Head, Object, Problem, Severity};
use store::SubscriptionKind;

use super::run::Stop;
use super::settings::SourceSettings;
use super::{SubscriptionWish, administer, bad, check_url, folder, misp, taxii};
use crate::accounts::Caller;
use crate::client::{Answer, Client, Failure, FailureKind, Request, shown};
use crate::error::Error;
use crate::intake::examine;
use crate::node::Node;

/// Objects looked at.
const MOST_OBJECTS: u64 = 5_000;
/// Problems and examples shown.
const SHOWN: usize = 20;
/// Characters of an example.
const EXAMPLE: usize = 200;
/// Names of creators that are told; the others are counted together.
const CREATORS: usize = 20;

/// One object as an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// `id`.
    pub id: String,
    /// Its name, value or pattern.
    pub text: String,
}

/// What a source would bring.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Where the part that was looked at came from.
    pub from: String,
    /// What its content turned out to be.
    pub format: &'static str,
    /// Objects that would be taken in, by type.
    pub by_type: BTreeMap<String, u64>,
    /// The same objects by how far their source says they may travel: a colour of TLP, `none` where it does not say,
    /// `unknown` where nobody here knows its marking.
    /// What is stricter than the marking of the subscription stays so.
    pub by_marking: BTreeMap<&'static str, u64>,
    /// In whose names they come, with how many each; those with most first. What names nobody is not counted.
    pub creators: Vec<(String, u64)>,
    /// Objects that would be taken in.
    pub objects: u64,
    /// Items that would be refused.
    pub refused: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// The first objects.
    pub examples: Vec<Example>,
    /// Whether this was all, or there is more than was looked at.
    pub more: bool,
    /// What somebody should know: how many events or files there are.
    pub notes: Vec<String>,
}

/// A preview at work: what it takes from the objects, and what stands between them.
#[derive(Default)]
struct Looking {
    preview: Preview,
    /// What the markings mean that came so far.
    meanings: HashMap<String, Meaning>,
    /// The markings of what came before their definitions may have: looked at when all is read.
    marked: HashMap<Vec<String>, u64>,
    /// Names of identities.
    names: HashMap<String, String>,
    /// How many objects name each identity as their creator.
    created: HashMap<String, u64>,
}

impl Sink for Looking {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let mut others = Vec::new();
        let examined = examine(&found.text, &mut others, |object, head| {
            self.count(object, head);
            Ok(())
        });
        for problem in others {
            self.show(problem);
        }
        if let Err(problem) = examined {
            self.problem(problem);
        }
        if self.preview.objects + self.preview.refused < MOST_OBJECTS {
            return Ok(());
        }
        self.preview.more = true;
        Err(Problem::error("enough", found.place, "enough was looked at"))
    }

    fn problem(&mut self, problem: Problem) {
        if problem.severity == Severity::Error {
            self.preview.refused += 1;
        }
        self.show(problem);
    }
}

impl Looking {
    fn show(&mut self, problem: Problem) {
        if self.preview.problems.len() < SHOWN {
            self.preview.problems.push(problem);
        }
    }

    fn count(&mut self, object: &Object<'_>, head: &Head<'_>) {
        let (preview, map) = (&mut self.preview, object.map());
        preview.objects += 1;
        *preview.by_type.entry(head.object_type.to_owned()).or_default() += 1;
        if preview.examples.len() < SHOWN {
            preview.examples.push(Example {
                id: head.id.to_owned(),
                text: text(object),
            });
        }
        match head.object_type {
            "marking-definition" => drop(self.meanings.insert(head.id.to_owned(), Meaning::of(map))),
            "identity" => drop(self.names.insert(head.id.to_owned(), text(object))),
            _ => {}
        }
        let mut markings: Vec<String> = effective::references(map).map(str::to_owned).collect();
        markings.sort_unstable();
        *self.marked.entry(markings).or_default() += 1;
        if let Some(creator) = map.str("created_by_ref") {
            *self.created.entry(creator.to_owned()).or_default() += 1;
        }
    }

    fn read(mut self, input: &mut dyn Read, options: &ReadOptions) -> Preview {
        match formats::read_any(input, options, &mut self) {
            Ok(Summary { format, .. }) => self.preview.format = format,
            Err(problem) if problem.code == "enough" => {}
            Err(problem) => self.problem(problem),
        }
        self.finish(options.producer.as_str())
    }

    /// Puts together what is known only when everything was read. What this node itself would be named for is not told
    /// as somebody's.
    fn finish(mut self, own: &str) -> Preview {
        for (markings, count) in &self.marked {
            let together = effective(markings.iter().map(String::as_str), |id| self.meanings.get(id).cloned());
            let colour = match together.tlp {
                Some(tlp) => tlp.label(),
                None if together.unknown.is_empty() => "none",
                None => "unknown",
            };
            *self.preview.by_marking.entry(colour).or_default() += count;
        }
        let others = self.created.iter().filter(|(id, _)| *id != own);
        let name = |id: &String| self.names.get(id).filter(|name| !name.is_empty()).unwrap_or(id).clone();
        let mut creators: Vec<_> = others.map(|(id, count)| (name(id), *count)).collect();
        creators.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        creators.truncate(CREATORS);
        self.preview.creators = creators;
        self.preview
    }
}

/// What people recognise an object by.
fn text(object: &Object<'_>) -> String {
    let keys = ["name", "pattern", "value", "relationship_type", "abstract", "path"];
    let found = keys
        .into_iter()
        .find_map(|key| object.map().str(key))
        .unwrap_or_default();
    found.chars().take(EXAMPLE).collect()
}

impl Node {
    /// Fetches the first part of a source (a page, an event, the list, a file) and says what it holds. Stores nothing.
    ///
    /// # Errors
    /// When the caller may not, the wish cannot be used, or the source cannot be reached: the message says what to do.
    pub async fn subscription_preview(&self, caller: &Caller, wish: &SubscriptionWish) -> Result<Preview, Error> {
        administer(caller)?;
        let settings = SourceSettings::parse(&wish.settings.to_string())?;
        settings.check(wish.kind)?;
        let first = first_part(wish, &settings).await.map_err(|stop| match stop {
            Stop::Failure(failure) if failure.kind == FailureKind::Settings => bad(
                "bad-settings",
                failure.message,
                "docs/guide/subscriptions.md lists the settings of each kind",
            ),
            Stop::Failure(failure) => Error::Unavailable(failure.message),
            Stop::Node(error) => error,
        })?;
        let options = ReadOptions {
            name: Some(first.preview.from.clone()),
            producer: self.settings().identity.clone(),
            default_markings: Vec::new(),
            now: self.now(),
            limits: Limits::default(),
        };
        let Some(mut body) = first.body else {
            return Ok(first.preview);
        };
        let looking = Looking {
            preview: first.preview,
            ..Looking::default()
        };
        let read = tokio::task::spawn_blocking(move || looking.read(&mut body, &options));
        read.await
            .map_err(|error| Error::Ours(format!("the preview broke off: {error}")))
    }
}

struct First {
    preview: Preview,
    body: Option<Box<dyn Read + Send>>,
}

impl First {
    fn of(answer: Answer, from: String, more: bool, mut notes: Vec<String>) -> Self {
        notes.extend(answer.broken.map(|failure| failure.message));
        Self {
            preview: Preview {
                from,
                more,
                notes,
                ..Preview::default()
            },
            body: Some(Box::new(answer.body)),
        }
    }

    fn nothing(from: String, note: &str) -> Self {
        Self {
            preview: Preview {
                from,
                notes: vec![note.to_owned()],
                ..Preview::default()
            },
            body: None,
        }
    }
}

async fn first_part(wish: &SubscriptionWish, settings: &SourceSettings) -> Result<First, Stop> {
    let size_limit = wish.size_limit.unsigned_abs();
    let get = |url: reqwest::Url, accept| Request::get(url, accept, size_limit);
    match wish.kind {
        SubscriptionKind::Taxii21 | SubscriptionKind::Taxii20 => {
            let (url, more, answer) = taxii::first_page(wish.kind, &wish.url, settings, size_limit).await?;
            Ok(First::of(answer, shown(&url), more, Vec::new()))
        }
        SubscriptionKind::MispFeed => {
            let folder = misp::feed::folder(&wish.url)?;
            let client = Client::new(&settings.access, &folder)?;
            let mut manifest = client
                .fetch(get(misp::feed::file(&folder, "manifest.json")?, "application/json"))
                .await?;
            let events = misp::feed::listed(&mut manifest).await?;
            let Some(last) = events.iter().max_by_key(|event| event.changed) else {
                return Ok(First::nothing(shown(&folder), "the manifest lists no events"));
            };
            let url = misp::feed::file(&folder, &format!("{}.json", last.uuid))?;
            let answer = client.fetch(get(url.clone(), "application/json")).await?;
            let note = format!(
                "the feed has {} events; this is the one that changed last",
                events.len()
            );
            Ok(First::of(answer, shown(&url), events.len() > 1, vec![note]))
        }
        SubscriptionKind::MispServer => {
            let url = check_url(&wish.url)?;
            let client = Client::new(&settings.access, &url)?;
            let since = settings.since.map(|since| since.micros().div_euclid(1_000_000));
            let events = misp::server::page(&client, &url, 10, 1, since, settings.unpublished, size_limit).await?;
            let Some(first) = events.first() else {
                return Ok(First::nothing(
                    shown(&url),
                    "the server shows no events to this key; are they published, and may it see them?",
                ));
            };
            let event = misp::server::event(&url, first.uuid)?;
            let answer = client.fetch(get(event.clone(), "application/json")).await?;
            Ok(First::of(
                answer,
                shown(&event),
                events.len() > 1,
                vec!["one event was looked at".to_owned()],
            ))
        }
        SubscriptionKind::List => {
            let url = check_url(&wish.url)?;
            let answer = Client::new(&settings.access, &url)?
                .fetch(get(url.clone(), "*/*"))
                .await?;
            Ok(First::of(answer, shown(&url), false, Vec::new()))
        }
        SubscriptionKind::Folder => {
            folder::check(&wish.url)?;
            let names = folder::names(Path::new(&wish.url))?;
            let Some(name) = names.first() else {
                return Ok(First::nothing(wish.url.clone(), "the folder has no files to read yet"));
            };
            let path = Path::new(&wish.url).join(name);
            let file = File::open(&path)
                .map_err(|error| Failure::settings(format!("{} cannot be opened: {error}", path.display())))?;
            let note = format!("the folder has {} files; this is the first by name", names.len());
            let preview = Preview {
                from: path.display().to_string(),
                more: names.len() > 1,
                notes: vec![note],
                ..Preview::default()
            };
            Ok(First {
                preview,
                body: Some(Box::new(file.take(size_limit))),
            })
        }
    }
}
