//! Links of the API document: where one goes on with what an answer names, as in reading, changing or ending what was made.
//!
//! And the names of operations, which links go by: the method and the path in one word, so that no two are alike.

use serde_json::{Value, json};

use crate::api::BASE;

/// What an answer names, and what can be done with it: the operation that answers, the place of the name in its answer, and
/// operations with the parameter that takes it.
type Named = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const NAMED: [Named; 26] = [
    (
        "post /searches",
        "201",
        "id",
        &[
            ("put /searches/{search}", "search"),
            ("post /searches/{search}/look", "search"),
            ("delete /searches/{search}", "search"),
        ],
    ),
    (
        "post /members",
        "201",
        "uuid",
        &[
            ("patch /members/{member}", "member"),
            ("get /members/{member}/contacts", "member"),
            ("get /members/{member}/technologies", "member"),
        ],
    ),
    (
        "post /people",
        "201",
        "login",
        &[
            ("patch /people/{login}", "login"),
            ("get /people/{login}/data", "login"),
        ],
    ),
    (
        "post /communities",
        "201",
        "alias",
        &[
            ("get /communities/{community}/charter", "community"),
            ("get /communities/{community}/moderation", "community"),
        ],
    ),
    (
        "post /invitations",
        "201",
        "token",
        &[
            ("get /invitations/{token}", "token"),
            ("delete /invitations/{token}", "token"),
        ],
    ),
    ("post /keys", "201", "id", &[("delete /keys/{key}", "key")]),
    (
        "post /webhooks",
        "201",
        "id",
        &[
            ("get /webhooks/{webhook}", "webhook"),
            ("patch /webhooks/{webhook}", "webhook"),
            ("post /webhooks/{webhook}/secret", "webhook"),
            ("post /webhooks/{webhook}/test", "webhook"),
            ("delete /webhooks/{webhook}", "webhook"),
        ],
    ),
    (
        "post /requests",
        "201",
        "id",
        &[
            ("get /requests/{request}", "request"),
            ("post /requests/{request}/answers", "request"),
            ("post /requests/{request}/close", "request"),
        ],
    ),
    (
        "post /proposals",
        "201",
        "id",
        &[
            ("get /proposals/{proposal}", "proposal"),
            ("post /proposals/{proposal}/withdraw", "proposal"),
        ],
    ),
    (
        "post /recalls",
        "201",
        "recalls/0/id",
        &[
            ("get /recalls/{recall}", "recall"),
            ("post /recalls/{recall}/remind", "recall"),
        ],
    ),
    (
        "post /commitments",
        "201",
        "made/0",
        &[
            ("get /commitments/{commitment}", "commitment"),
            ("post /commitments/{commitment}/delegate", "commitment"),
            ("post /commitments/{commitment}/extend", "commitment"),
            ("post /commitments/{commitment}/withdraw", "commitment"),
        ],
    ),
    (
        "post /data-sets",
        "201",
        "uuid",
        &[("get /data-sets/{data_set}", "data_set")],
    ),
    (
        "put /subscriptions/{name}",
        "200",
        "name",
        &[
            ("post /subscriptions/{name}/run", "name"),
            ("delete /subscriptions/{name}", "name"),
        ],
    ),
    (
        "put /peers/{name}",
        "200",
        "name",
        &[
            ("get /peers/{name}/backlog", "name"),
            ("post /peers/{name}/run", "name"),
            ("delete /peers/{name}", "name"),
        ],
    ),
    (
        "get /search",
        "200",
        "found/0/id",
        &[
            ("get /objects/{id}", "id"),
            ("get /objects/{id}/neighbours", "id"),
            ("get /objects/{id}/receipts", "id"),
            ("post /objects/{id}/receipts", "id"),
            ("post /objects/{id}/feedback", "id"),
        ],
    ),
    ("get /observables", "200", "found/0/id", &[("get /objects/{id}", "id")]),
    (
        "get /members",
        "200",
        "members/0/name",
        &[
            ("patch /members/{member}", "member"),
            ("get /members/{member}/contacts", "member"),
        ],
    ),
    (
        "get /communities",
        "200",
        "communities/0/alias",
        &[
            ("get /communities/{community}/charter", "community"),
            ("get /communities/{community}/charter/versions", "community"),
            ("get /communities/{community}/moderation", "community"),
        ],
    ),
    (
        "get /people",
        "200",
        "people/0/login",
        &[("get /people/{login}/data", "login")],
    ),
    (
        "get /commitments",
        "200",
        "commitments/0/id",
        &[
            ("get /commitments/{commitment}", "commitment"),
            ("post /commitments/{commitment}/keep", "commitment"),
            ("post /commitments/{commitment}/not-needed", "commitment"),
        ],
    ),
    (
        "get /recalls",
        "200",
        "recalls/0/id",
        &[
            ("get /recalls/{recall}", "recall"),
            ("post /recalls/{recall}/acknowledge", "recall"),
        ],
    ),
    (
        "get /requests",
        "200",
        "requests/0/id",
        &[("get /requests/{request}", "request")],
    ),
    (
        "get /data-sets",
        "200",
        "data_sets/0/uuid",
        &[("get /data-sets/{data_set}", "data_set")],
    ),
    (
        "get /webhooks",
        "200",
        "webhooks/0/id",
        &[("get /webhooks/{webhook}", "webhook")],
    ),
    (
        "get /proposals",
        "200",
        "proposals/0/id",
        &[("get /proposals/{proposal}", "proposal")],
    ),
    (
        "get /sightings/pending",
        "200",
        "pending/0/id",
        &[("post /sightings/pending/{id}", "id")],
    ),
];

/// The name of an operation.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.strip_prefix(BASE).unwrap_or(path);
    let parts = path.split(['/', '.']).map(|part| part.trim_matches(['{', '}']));
    let words: Vec<&str> = [method]
        .into_iter()
        .chain(parts)
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-").replace('_', "-")
}

/// Says it in the document.
pub(super) fn say(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else {
        return;
    };
    for (path, methods) in paths.iter_mut() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            operation["operationId"] = json!(operation_id(method, path));
        }
    }
    for (operation, status, place, then) in NAMED {
        let Some((method, path)) = operation.split_once(' ') else {
            continue;
        };
        let path = format!("{BASE}{path}");
        let answer = paths.get_mut(&path).and_then(|methods| methods.get_mut(method));
        let answer = answer.and_then(|operation| operation["responses"].get_mut(status));
        debug_assert!(answer.is_some(), "there is no {operation} with {status}");
        let Some(answer) = answer else { continue };
        for (next, parameter) in then {
            let Some((method, path)) = next.split_once(' ') else {
                continue;
            };
            let name = operation_id(method, path);
            answer["links"][&name] = json!({
                "operationId": name, "parameters": { *parameter: format!("$response.body#/{place}") },
            });
        }
    }
}
