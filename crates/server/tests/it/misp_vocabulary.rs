//! Vocabularies over HTTP, as MISP's clients ask for them.

use serde_json::{Value, json};

use super::kit::Kit;

const GALAXY: &str = r#"{"type":"tool","name":"Tool","icon":"x","namespace":"n","version":1,"uuid":"00000000-0000-4000-8000-000000000001","description":"d"}"#;
const CLUSTERS: &str = r#"{"type":"tool","version":2,"authors":["A"],"values":[{"value":"Saw","uuid":"00000000-0000-4000-8000-000000000002","description":"Cuts.","meta":{"synonyms":["Blade"]},"related":[{"dest-uuid":"00000000-0000-4000-8000-000000000009","type":"similar"}]}]}"#;
const LIST: &str = r#"{"type":"string","name":"ours","version":1,"description":"d","matching_attributes":["ip-dst"],"list":["198.18.5.5"]}"#;
const NOTICES: &str = r#"{"name":"gdpr","expanded_name":"Names","version":1,"ref":"https://example.org","geographical_area":["EU"],"notice":[{"scope":"event"}]}"#;
const TEMPLATE: &str = r#"{"name":"thing","meta-category":"misc","uuid":"00000000-0000-4000-8000-000000000003","version":4,"description":"d","requiredOneOf":["name"],"attributes":{"name":{"misp-attribute":"text","ui-priority":1}}}"#;

async fn filled() -> Kit {
    let kit = Kit::start().await;
    import(&kit).await;
    kit
}

/// Vocabularies, and a cluster of Alder's with a word that nobody else may read.
pub async fn fill(kit: &Kit) {
    import(kit).await;
    let wish = json!({ "value": "kanaricluster", "distribution": 0, "description": "kanaricluster",
        "GalaxyClusterRelation": [{ "referenced_galaxy_cluster_uuid": "00000000-0000-4000-8000-000000000002",
            "referenced_galaxy_cluster_type": "kanaricluster" }] });
    done(kit, "alder-contributor", "/galaxy_clusters/add/tool", wish).await;
}

async fn import(kit: &Kit) {
    let operator = kit.operator().await;
    let mut import = kit.node.vocabulary_import(&operator, "a folder").await.unwrap();
    for text in [GALAXY, CLUSTERS, LIST, NOTICES, TEMPLATE] {
        import.take(text).await.unwrap();
    }
    import.end().await.unwrap();
}

async fn got(kit: &Kit, who: &str, path: &str) -> Value {
    let answer = kit.get(who, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

async fn posted(kit: &Kit, who: &str, path: &str, body: Value) -> (u16, Value) {
    let headers = [
        ("Authorization".to_owned(), kit.authorization(who).unwrap()),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let answer = kit
        .send("POST", path, &headers, Some(body.to_string().as_bytes()))
        .await;
    (answer.status, answer.json())
}

async fn done(kit: &Kit, who: &str, path: &str, body: Value) -> Value {
    let (status, json) = posted(kit, who, path, body).await;
    assert_eq!(status, 200, "{path}: {json}");
    json
}

#[tokio::test]
async fn taxonomies_are_read_by_everybody_and_switched_by_operators() {
    let kit = filled().await;
    let all = got(&kit, "alder-reader", "/taxonomies/index").await;
    let tlp = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["Taxonomy"]["namespace"] == "tlp")
        .unwrap();
    assert_eq!(
        (
            &tlp["total_count"],
            &tlp["current_count"],
            &tlp["Taxonomy"]["exclusive"]
        ),
        (&json!(6), &json!(0), &json!(true))
    );
    let id = tlp["Taxonomy"]["id"].as_str().unwrap();
    for path in [
        format!("/taxonomies/enable/{id}"),
        format!("/taxonomies/addTag/{id}"),
        "/taxonomies/update".to_owned(),
    ] {
        assert_eq!(posted(&kit, "alder-analyst", &path, json!({})).await.0, 403, "{path}");
    }
    let early = posted(&kit, "operator", &format!("/taxonomies/addTag/{id}"), json!({})).await;
    assert_eq!(early.0, 422, "{}", early.1);
    assert_eq!(
        done(&kit, "operator", &format!("/taxonomies/enable/{id}"), json!({})).await["message"],
        "Taxonomy enabled"
    );
    done(&kit, "operator", &format!("/taxonomies/addTag/{id}"), json!({})).await;
    let seen = got(&kit, "birch-reader", "/taxonomies/view/tlp").await;
    assert_eq!(
        (&seen["current_count"], &seen["Taxonomy"]["enabled"]),
        (&json!(6), &json!(true))
    );
    let strict = seen["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["tag"] == "tlp:amber+strict")
        .unwrap();
    assert_eq!(strict["existing_tag"]["Tag"]["name"], "tlp:amber+strict");
    let found = got(&kit, "birch-reader", "/tags/search/tlp:amber").await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(
        got(&kit, "birch-reader", &format!("/taxonomies/export/{id}.json")).await["namespace"],
        "tlp"
    );
    done(
        &kit,
        "operator",
        &format!("/taxonomies/toggleRequired/{id}"),
        json!({ "Taxonomy": { "required": true } }),
    )
    .await;
    assert_eq!(
        got(&kit, "birch-reader", "/taxonomies/view/tlp").await["Taxonomy"]["required"],
        true
    );
    assert_eq!(kit.get("birch-reader", "/taxonomies/view/nothing").await.status, 404);
}

#[tokio::test]
async fn a_warninglist_that_is_off_flags_nothing() {
    let kit = filled().await;
    let lists = got(&kit, "alder-reader", "/warninglists/index").await;
    let ours = lists["Warninglists"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["Warninglist"]["name"] == "ours")
        .unwrap();
    assert_eq!(
        (
            &ours["Warninglist"]["enabled"],
            &ours["Warninglist"]["warninglist_entry_count"]
        ),
        (&json!(false), &json!("1"))
    );
    let id = ours["Warninglist"]["id"].as_str().unwrap().to_owned();
    let named = |answer: Value| answer.to_string().contains("\"ours\"");
    assert!(!named(
        done(&kit, "alder-reader", "/warninglists/checkValue", json!(["198.18.5.5"])).await
    ));
    assert_eq!(
        posted(
            &kit,
            "alder-analyst",
            "/warninglists/toggleEnable",
            json!({ "id": [id] })
        )
        .await
        .0,
        403
    );
    let switched = done(
        &kit,
        "operator",
        "/warninglists/toggleEnable",
        json!({ "id": [id], "enabled": true }),
    )
    .await;
    assert_eq!(switched["success"], "1 warninglist(s) enabled");
    assert!(named(
        got(&kit, "alder-reader", "/warninglists/checkValue?value=198.18.5.5").await
    ));
    let unknown = done(
        &kit,
        "alder-reader",
        "/warninglists/checkValue",
        json!({ "value": "nothing.of.note" }),
    )
    .await;
    assert_eq!(unknown, json!([]));
    let view = got(&kit, "alder-reader", &format!("/warninglists/view/{id}")).await;
    assert_eq!(view["Warninglist"]["WarninglistEntry"][0]["value"], "198.18.5.5");
    let on = done(
        &kit,
        "alder-reader",
        "/warninglists/index",
        json!({ "value": "OURS", "enabled": true }),
    )
    .await;
    assert_eq!(on["Warninglists"].as_array().unwrap().len(), 1);
    let none = done(
        &kit,
        "operator",
        "/warninglists/toggleEnable",
        json!({ "name": "no such list" }),
    )
    .await;
    assert_eq!(none["saved"], false);
    assert_eq!(
        posted(&kit, "alder-reader", "/warninglists/checkValue", json!({}))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn notices_templates_and_models_are_as_they_were_imported() {
    let kit = filled().await;
    let notices = got(&kit, "alder-reader", "/noticelists/view/gdpr").await;
    assert_eq!(notices["Noticelist"]["NoticelistEntry"][0]["data"]["scope"], "event");
    assert_eq!(notices["Noticelist"]["ref"], json!(["https://example.org"]));
    let id = notices["Noticelist"]["id"].as_str().unwrap();
    let on = done(
        &kit,
        "operator",
        &format!("/noticelists/enableNoticelist/{id}/true"),
        json!({}),
    )
    .await;
    assert_eq!(on["Noticelist"]["enabled"], true);
    let off = done(
        &kit,
        "operator",
        &format!("/noticelists/enableNoticelist/{id}"),
        json!({}),
    )
    .await;
    assert_eq!(off["Noticelist"]["enabled"], false);
    let template = got(
        &kit,
        "alder-reader",
        "/objectTemplates/view/00000000-0000-4000-8000-000000000003",
    )
    .await;
    assert_eq!(template["ObjectTemplateElement"][0]["object_relation"], "name");
    assert_eq!(
        template["ObjectTemplate"]["requirements"]["requiredOneOf"],
        json!(["name"])
    );
    assert_eq!(
        kit.get("alder-reader", "/objectTemplates/getRaw/thing").await.text(),
        TEMPLATE
    );
    let models = got(&kit, "alder-reader", "/decayingModel/index").await;
    let network = models
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["DecayingModel"]["attribute_types"][0] == "ip-src")
        .unwrap();
    assert_eq!(network["DecayingModel"]["parameters"]["lifetime"], 120);
    let id = network["DecayingModel"]["id"].as_str().unwrap();
    assert_eq!(
        done(&kit, "operator", &format!("/decayingModel/disable/{id}"), json!({})).await["success"],
        true
    );
    assert_eq!(
        got(&kit, "alder-reader", &format!("/decayingModel/view/{id}")).await["DecayingModel"]["enabled"],
        false
    );
    for path in [
        "/noticelists/update",
        "/galaxies/update",
        "/decayingModel/update",
        "/warninglists/update",
    ] {
        assert!(
            done(&kit, "operator", path, json!({})).await["message"]
                .as_str()
                .unwrap()
                .contains("commonwatch misp import")
        );
    }
}

#[tokio::test]
async fn clusters_are_found_added_and_kept_from_whom_they_are_not_for() {
    let kit = filled().await;
    let galaxies = done(&kit, "alder-reader", "/galaxies", json!({ "value": "too" })).await;
    let id = galaxies[0]["Galaxy"]["id"].as_str().unwrap().to_owned();
    let view = got(&kit, "alder-reader", "/galaxies/view/tool").await;
    assert_eq!(
        (&view["Galaxy"]["name"], &view["GalaxyCluster"][0]["value"]),
        (&json!("Tool"), &json!("Saw"))
    );
    let index = format!("/galaxy_clusters/index/{id}");
    let found = done(&kit, "alder-reader", &index, json!({ "searchall": "blade" })).await;
    assert_eq!(found[0]["GalaxyCluster"]["tag_name"], "misp-galaxy:tool=\"Saw\"");
    assert_eq!(
        done(&kit, "alder-reader", &index, json!({ "searchall": "hammer" })).await,
        json!([])
    );
    let saw = got(
        &kit,
        "alder-reader",
        "/galaxy_clusters/view/00000000-0000-4000-8000-000000000002",
    )
    .await;
    assert_eq!(
        saw["GalaxyCluster"]["GalaxyClusterRelation"][0]["referenced_galaxy_cluster_type"],
        "similar"
    );

    let add = format!("/galaxy_clusters/add/{id}");
    let wish = json!({ "value": "Kanari", "distribution": 0, "description": "ours", "authors": ["x"],
        "GalaxyElement": [{ "key": "synonyms", "value": "Bird" }] });
    assert_eq!(posted(&kit, "alder-reader", &add, wish.clone()).await.0, 403);
    let own = done(&kit, "alder-contributor", &add, wish).await;
    let number = own["GalaxyCluster"]["id"].as_str().unwrap().to_owned();
    let uuid = own["GalaxyCluster"]["uuid"].as_str().unwrap().to_owned();
    assert!(
        !own["GalaxyCluster"]["tag_name"].as_str().unwrap().contains("Kanari"),
        "its tag tells nothing of it"
    );
    let paths = [
        format!("/galaxy_clusters/view/{number}"),
        format!("/galaxy_clusters/view/{uuid}"),
        index.clone(),
        "/galaxies/view/tool".to_owned(),
        format!("/galaxies/export/{id}"),
        "/galaxy_clusters/restSearch".to_owned(),
        "/galaxy_cluster_relations/index".to_owned(),
    ];
    for path in &paths {
        for who in ["birch-analyst", "operator", "cedar-analyst"] {
            let answer = kit.get(who, path).await;
            assert!(!answer.text().contains("Kanari"), "{who} {path}: {}", answer.text());
        }
    }
    for verb in ["edit", "publish", "delete", "restore"] {
        let (status, _) = posted(
            &kit,
            "birch-analyst",
            &format!("/galaxy_clusters/{verb}/{number}"),
            json!({ "value": "x" }),
        )
        .await;
        assert_eq!(status, 404, "{verb}");
    }
    let open = json!({ "GalaxyCluster": { "distribution": "1" } });
    let opened = done(
        &kit,
        "alder-contributor",
        &format!("/galaxy_clusters/edit/{number}"),
        open,
    )
    .await;
    assert_eq!(
        opened["GalaxyCluster"]["GalaxyElement"][0]["value"], "Bird",
        "what was not said stays"
    );
    assert_eq!(
        got(&kit, "birch-analyst", &paths[1]).await["GalaxyCluster"]["value"],
        "Kanari"
    );
    let (status, _) = posted(
        &kit,
        "birch-analyst",
        &format!("/galaxy_clusters/delete/{number}"),
        json!({}),
    )
    .await;
    assert_eq!(status, 403);
    assert_eq!(kit.get("cedar-analyst", &paths[1]).await.status, 404);
    done(
        &kit,
        "alder-contributor",
        &format!("/galaxy_clusters/publish/{number}"),
        json!({}),
    )
    .await;
    let minimal = done(
        &kit,
        "birch-analyst",
        "/galaxy_clusters/restSearch",
        json!({ "custom": 1, "published": 1, "minimal": 1 }),
    )
    .await;
    assert_eq!(minimal["response"][0]["GalaxyCluster"]["uuid"], json!(uuid));

    let relation = json!({ "galaxy_cluster_uuid": uuid, "referenced_galaxy_cluster_uuid": "00000000-0000-4000-8000-000000000002",
        "referenced_galaxy_cluster_type": "sings-of", "distribution": 0, "Tag": [{ "name": "likely" }] });
    let related = done(&kit, "alder-contributor", "/galaxy_cluster_relations/add/", relation).await;
    let related = format!("/galaxy_cluster_relations/view/{}", related["id"].as_str().unwrap());
    assert_eq!(
        got(&kit, "alder-reader", &related).await["GalaxyClusterRelation"]["Tag"][0]["name"],
        "likely"
    );
    assert_eq!(kit.get("birch-analyst", &related).await.status, 404);
    let delete = related.replace("view", "delete");
    assert_eq!(posted(&kit, "birch-analyst", &delete, json!({})).await.0, 404);
    done(&kit, "alder-contributor", &delete, json!({})).await;

    let fork = json!({ "value": "Own saw", "distribution": 0, "uuid": uuid });
    let fork = done(
        &kit,
        "alder-contributor",
        &format!("{add}/forkUUID:00000000-0000-4000-8000-000000000002"),
        fork,
    )
    .await;
    assert_eq!(
        fork["GalaxyCluster"]["extends_uuid"],
        "00000000-0000-4000-8000-000000000002"
    );
    assert_eq!(fork["GalaxyCluster"]["GalaxyElement"][0]["value"], "Blade");
    done(
        &kit,
        "alder-contributor",
        &format!("/galaxy_clusters/delete/{number}"),
        json!({}),
    )
    .await;
    assert_eq!(kit.get("birch-analyst", &paths[1]).await.status, 404);
    let deleted = done(&kit, "alder-reader", &index, json!({ "context": "deleted" })).await;
    assert_eq!(deleted[0]["GalaxyCluster"]["value"], "Kanari");
    assert_eq!(
        posted(&kit, "alder-reader", &index, json!({ "context": "all of them" }))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_what_to_do() {
    let kit = filled().await;
    for (path, body) in [
        ("/galaxy_clusters/add/tool", json!({ "value": "" })),
        ("/galaxy_clusters/add/tool", json!({ "value": "x", "distribution": 9 })),
        ("/galaxy_clusters/add/tool", json!({ "value": "x", "distribution": 4 })),
        ("/galaxy_clusters/add/tool", json!({ "value": "x", "uuid": "y" })),
        (
            "/galaxy_clusters/add/tool",
            json!({ "value": "x", "GalaxyElement": [{ "key": 1 }] }),
        ),
        ("/galaxy_clusters/add/tool", json!({ "value": "y".repeat(300) })),
        (
            "/galaxy_cluster_relations/add",
            json!({ "galaxy_cluster_uuid": "00000000-0000-4000-8000-000000000002" }),
        ),
        ("/galaxies/attachCluster/1/event/local:0", json!({ "Galaxy": {} })),
    ] {
        let (status, json) = posted(&kit, "alder-contributor", path, body.clone()).await;
        assert!(matches!(status, 400 | 422), "{path} {body}: {status} {json}");
    }
}
