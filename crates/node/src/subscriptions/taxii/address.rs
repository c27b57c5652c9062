//! Where a collection is: from its own address, or by asking a server for its API roots and collections.

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Answer, Client, Failure, FailureKind, Request, shown};

/// The most bytes of a discovery, API root or collections answer.
const SMALL_BYTES: u64 = 4 << 20;
/// API roots that are asked for their collections.
const MOST_ROOTS: usize = 20;
/// Collections named in a message.
const MOST_NAMED: usize = 20;

/// A collection and the API root that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collection {
    /// The address of the collection, with a slash at its end.
    pub collection: Url,
    /// The address of its API root, with a slash at its end.
    pub root: Url,
}

impl Collection {
    /// From an address that names the collection: `…/collections/ID/`, with or without `objects/` after it.
    pub fn of(url: &Url) -> Option<Self> {
        let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        let at = parts.iter().rposition(|part| *part == "collections")?;
        let id = parts.get(at + 1)?;
        let root = with_path(url, &parts[..at]);
        let collection = with_path(url, &[&parts[..=at], &[*id][..]].concat());
        Some(Self { collection, root })
    }

    /// The address of its objects.
    pub fn objects(&self) -> Url {
        extended(&self.collection, &["objects"])
    }

    /// The address of one of its objects.
    pub fn object(&self, id: &str) -> Url {
        extended(&self.collection, &["objects", id])
    }

    /// The address of a status resource.
    pub fn status(&self, id: &str) -> Url {
        extended(&self.root, &["status", id])
    }
}

/// The same host with another path, which ends with a slash.
fn with_path(url: &Url, parts: &[&str]) -> Url {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    bare.set_path("/");
    extended(&bare, parts)
}

/// An address with more parts; each is escaped, so that none can step out.
fn extended(url: &Url, parts: &[&str]) -> Url {
    let mut longer = url.clone();
    if let Ok(mut segments) = longer.path_segments_mut() {
        segments.pop_if_empty().extend(parts).push("");
    }
    longer
}

/// Asks with each media type in turn until one is spoken there. Servers differ in which spelling they take.
pub(crate) async fn ask(client: &Client, accepts: &[&'static str], request: Request) -> Result<Answer, Failure> {
    let mut refusal = None;
    for accept in accepts {
        match client
            .fetch(Request {
                accept,
                ..request.clone()
            })
            .await
        {
            Err(failure) if matches!(failure.status, Some(406 | 415)) => refusal = Some(failure),
            outcome => return outcome,
        }
    }
    Err(refusal.unwrap_or_else(|| Failure::settings("no media type to ask with")))
}

#[derive(Deserialize)]
struct Offered {
    id: String,
    #[serde(default)]
    alias: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    can_read: Option<bool>,
}

impl Offered {
    fn is(&self, wanted: &str) -> bool {
        [Some(self.id.as_str()), self.alias.as_deref(), self.title.as_deref()].contains(&Some(wanted))
    }
}

/// Finds the collection: the address names it, or a server is asked for the one of that identifier, alias or title.
pub(crate) async fn find(
    client: &Client,
    accepts: &[&'static str],
    url: &Url,
    wanted: Option<&str>,
) -> Result<Collection, Failure> {
    if let Some(collection) = Collection::of(url) {
        return Ok(collection);
    }
    let mut roots = Vec::new();
    if url
        .path_segments()
        .is_some_and(|mut parts| parts.rfind(|part| !part.is_empty()) == Some("collections"))
    {
        roots.push(url.join("..").unwrap_or_else(|_| url.clone()));
    } else {
        let first: Value = ask(client, accepts, Request::get(url.clone(), "", SMALL_BYTES))
            .await?
            .json("TAXII discovery")
            .await?;
        match first.get("api_roots").and_then(Value::as_array) {
            // Relative addresses of API roots are met with.
            Some(listed) => roots.extend(
                listed
                    .iter()
                    .filter_map(Value::as_str)
                    .filter_map(|root| slashed(url).join(root).ok()),
            ),
            None => roots.push(url.clone()),
        }
    }
    let mut offered = Vec::new();
    let mut refusal = None;
    for root in roots.iter().take(MOST_ROOTS) {
        let at = extended(root, &["collections"]);
        let listed = match ask(client, accepts, Request::get(at, "", SMALL_BYTES)).await {
            Ok(mut answer) => answer.json::<Value>("a list of TAXII collections").await?,
            // One root may be closed to this account, or on another host, while the next is open.
            Err(failure) => {
                refusal = refusal.or(Some(failure));
                continue;
            }
        };
        for one in listed
            .get("collections")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Ok(one) = serde_json::from_value::<Offered>(one.clone()) {
                offered.push((root, one));
            }
        }
    }
    choose(&offered, wanted, refusal, url)
}

fn choose(
    offered: &[(&Url, Offered)],
    wanted: Option<&str>,
    refusal: Option<Failure>,
    url: &Url,
) -> Result<Collection, Failure> {
    let readable = || offered.iter().filter(|(_, one)| one.can_read != Some(false));
    let chosen: Vec<_> = match wanted {
        Some(wanted) => offered.iter().filter(|(_, one)| one.is(wanted)).collect(),
        None => readable().collect(),
    };
    if let [(root, one)] = chosen.as_slice() {
        let collection = extended(root, &["collections", &one.id]);
        return Ok(Collection {
            collection,
            root: slashed(root),
        });
    }
    if offered.is_empty() {
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let message = format!("{} offers no collections to this account", shown(url));
        return Err(Failure::new(
            FailureKind::NotThere,
            format!("{message}; check the account and the address"),
        ));
    }
    let names: Vec<String> = readable()
        .take(MOST_NAMED)
        .map(|(_, one)| format!("{} ({})", one.id, one.title.as_deref().unwrap_or("without a title")))
        .collect();
    let names = names.join(", ").replace(char::is_control, " ");
    let what = match wanted {
        Some(wanted) if chosen.is_empty() => format!("there is no collection '{wanted}' at {}", shown(url)),
        Some(wanted) => format!("there are several collections '{wanted}' at {}", shown(url)),
        None => format!("{} offers several collections", shown(url)),
    };
    Err(Failure::settings(format!(
        "{what}; set collection to the identifier of one of these: {names}"
    )))
}

/// The address with a slash at its end, so that relative ones are joined below it.
fn slashed(url: &Url) -> Url {
    extended(url, &[])
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{Collection, slashed};

    #[test]
    fn a_collection_is_found_in_its_address() {
        for text in [
            "https://taxii.example/api1/collections/7f/",
            "https://taxii.example/api1/collections/7f",
            "https://taxii.example/api1/collections/7f/objects/?x=1",
        ] {
            let found = Collection::of(&Url::parse(text).unwrap()).unwrap();
            assert_eq!(
                found.objects().as_str(),
                "https://taxii.example/api1/collections/7f/objects/"
            );
            assert_eq!(found.root.as_str(), "https://taxii.example/api1/");
            assert_eq!(found.status("5").as_str(), "https://taxii.example/api1/status/5/");
        }
        assert_eq!(
            Collection::of(&Url::parse("https://taxii.example/taxii2/").unwrap()),
            None
        );
        assert_eq!(
            Collection::of(&Url::parse("https://taxii.example/api1/collections/").unwrap()),
            None
        );
    }

    #[test]
    fn an_identifier_cannot_step_out_of_the_collection() {
        let found = Collection::of(&Url::parse("https://taxii.example/a/collections/7f/").unwrap()).unwrap();
        let object = found.object("../../x?y#z");
        assert_eq!(
            object.as_str(),
            "https://taxii.example/a/collections/7f/objects/..%2F..%2Fx%3Fy%23z/"
        );
    }

    #[test]
    fn a_slash_is_added_once() {
        assert_eq!(
            slashed(&Url::parse("https://t.example/a").unwrap()).as_str(),
            "https://t.example/a/"
        );
        assert_eq!(
            slashed(&Url::parse("https://t.example/a/").unwrap()).as_str(),
            "https://t.example/a/"
        );
    }
}
