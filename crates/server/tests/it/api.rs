//! The JSON API as scripts and people use it.

use super::kit::{Kit, id, indicator, malware};

#[tokio::test]
async fn status_and_document_are_public_and_hold_no_data() {
    let kit = Kit::start().await;
    let status = kit.get("public", "/api/v1/status").await;
    assert_eq!((status.status, status.text()), (200, "{\"status\":\"ok\"}".to_owned()));
    let document = kit.get("public", "/api/v1/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(kit.get("public", "/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn errors_are_problem_details() {
    let kit = Kit::start().await;
    for (path, status, code) in [
        ("/api/v1/nowhere", 404, "not-found"),
        ("/api/v1/objects/nothing", 404, "not-found"),
        ("/api/v1/requests", 400, "missing-parameter"),
        ("/api/v1/search?q=a&colour=red", 400, "unknown-parameter"),
        ("/api/v1/search?q=a&q=b", 400, "parameter-twice"),
        ("/api/v1/search?q=a&limit=0", 400, "bad-limit"),
        ("/api/v1/search?q=a&cursor=x", 400, "bad-cursor"),
        ("/api/v1/search?question=tlp:pink", 422, "bad-question"),
    ] {
        let answer = kit.get("alder-reader", path).await;
        let body = answer.json();
        assert_eq!((answer.status, body["code"].as_str()), (status, Some(code)), "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{path}"
        );
        assert_eq!(body["status"], status, "{path}");
    }
}

#[tokio::test]
async fn it_says_who_asks() {
    let kit = Kit::start().await;
    let me = kit.get("alder-analyst-read-only", "/api/v1/me").await.json();
    assert_eq!(
        (me["name"].as_str(), me["member"].as_str()),
        (Some("alder-analyst"), Some("Alder"))
    );
    assert_eq!(
        (me["role"].as_str(), me["read_only"].as_bool()),
        (Some("analyst"), Some(true))
    );
    assert_eq!(me["communities"].to_string(), r#"["common","grove","hidden"]"#);
}

#[tokio::test]
async fn what_is_shared_is_found_by_value_by_words_and_along_connections() {
    let kit = Kit::start().await;
    let relationship = format!(
        r#"{{"type":"relationship","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"{}","target_ref":"{}"}}"#,
        id("relationship", 1),
        id("indicator", 7),
        id("malware", 1)
    );
    let objects = [
        indicator(7, "Pumping station beacon"),
        malware(1, "2024-01-01T00:00:00.000Z"),
        relationship,
    ];
    let body = format!("{{\"objects\":[{}]}}", objects.join(","));
    let report = kit
        .ask(
            "alder-contributor",
            "POST",
            "/api/v1/share?community=common&tlp=green&name=test.json",
            Some(&body),
        )
        .await;
    assert_eq!(
        (report.status, report.json()["accepted"].as_u64()),
        (200, Some(3)),
        "{}",
        report.text()
    );
    while kit.node.store().index_next(1_000).await.unwrap() > 0 {}

    let found = kit
        .get("birch-reader", "/api/v1/observables?value=192%5B.%5D0.2.7")
        .await
        .json();
    assert_eq!(found["found"][0]["id"], id("indicator", 7), "{found}");
    assert_eq!(found["observable"]["value"], "192.0.2.7");
    let found = kit.get("birch-reader", "/api/v1/search?q=pumping+station").await.json();
    assert_eq!(found["found"][0]["title"], "Pumping station beacon", "{found}");
    assert!(
        kit.get("cedar-analyst", "/api/v1/search?q=nothing+like+it")
            .await
            .json()["found"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    // What is asked in several ways must hold in all of them; where nothing is asked, everything is found.
    for (asked, titles) in [
        ("", vec!["Pumping station beacon"]),
        ("?question=type:indicator&q=pumping", vec!["Pumping station beacon"]),
        ("?question=station&type=indicator", vec!["Pumping station beacon"]),
        (
            "?question=type:any+station&type=indicator",
            vec!["Pumping station beacon"],
        ),
        ("?question=type:indicator&q=pond", vec![]),
        ("?question=type:indicator&type=malware", vec![]),
        ("?question=station&since=2036-01-01T00:00:00Z", vec![]),
    ] {
        let found = kit.get("birch-reader", &format!("/api/v1/search{asked}")).await.json();
        let of = |one: &serde_json::Value| one["title"].as_str().map(str::to_owned);
        let all = found["found"].as_array().unwrap_or_else(|| panic!("{asked}: {found}"));
        let indicators = all
            .iter()
            .filter(|one| one["id"].as_str().unwrap().starts_with("indicator"));
        assert_eq!(
            indicators.filter_map(of).collect::<Vec<_>>(),
            titles,
            "{asked}: {found}"
        );
    }
    // A value that is none occurs in nothing.
    let none = kit
        .get("birch-reader", "/api/v1/observables?value=%20not%20one")
        .await
        .json();
    assert_eq!(
        (none["found"].to_string().as_str(), none.get("observable")),
        ("[]", None)
    );

    let path = format!("/api/v1/objects/{}", id("indicator", 7));
    let shown = kit.get("birch-reader", &path).await.json();
    let contribution = &shown["contributions"][0];
    assert_eq!(
        (contribution["member"].as_str(), contribution["tlp"].as_str()),
        (Some("Alder"), Some("TLP:GREEN"))
    );
    assert_eq!(contribution["object"]["name"], "Pumping station beacon");
    let neighbours = kit.get("birch-reader", &format!("{path}/neighbours")).await.json();
    assert!(neighbours.to_string().contains(&id("malware", 1)), "{neighbours}");
    assert_eq!(kit.get("birch-reader", "/api/v1/counts").await.json()["total"], 3);
}

#[tokio::test]
async fn a_mistyped_parameter_shares_nothing() {
    let kit = Kit::start().await;
    let body = format!("{{\"objects\":[{}]}}", indicator(1, "Held back"));
    for (query, status) in [
        ("community=common&tpl=red", 400),
        ("community=common&tlp=rouge", 400),
        ("community=common&withheld=yes", 400),
        ("community=nowhere", 404),
        ("community=wood", 404),
        ("community=common&named=Nobody", 404),
    ] {
        let answer = kit
            .ask(
                "alder-contributor",
                "POST",
                &format!("/api/v1/share?{query}"),
                Some(&body),
            )
            .await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
    }
    assert_eq!(kit.get("birch-reader", "/api/v1/counts").await.json()["total"], 0);
}

#[tokio::test]
async fn an_operator_runs_the_partnership() {
    let kit = Kit::start().await;
    let post = async |path: &str, body: &str| kit.ask("operator", "POST", path, Some(body)).await;
    let made = post(
        "/api/v1/members",
        r#"{"name":"Fir","kind":"university","sectors":["education"]}"#,
    )
    .await;
    assert_eq!(
        (made.status, made.json()["active"].as_bool()),
        (201, Some(true)),
        "{}",
        made.text()
    );
    assert_eq!(
        post("/api/v1/members", r#"{"name":"Fir","kind":"university"}"#)
            .await
            .status,
        409
    );
    assert_eq!(
        post("/api/v1/members", r#"{"name":"Gum","kind":"tree"}"#).await.status,
        400
    );
    assert_eq!(
        post("/api/v1/members", r#"{"name":"Gum","kind":"city","colour":1}"#)
            .await
            .status,
        422
    );
    let person = post(
        "/api/v1/people",
        r#"{"member":"Fir","login":"fir","name":"Fay","role":"contributor"}"#,
    )
    .await;
    assert_eq!(person.status, 201, "{}", person.text());
    let key = post(
        "/api/v1/keys?person=fir",
        r#"{"label":"first","addresses":["127.0.0.0/8"]}"#,
    )
    .await;
    assert_eq!(key.status, 201, "{}", key.text());
    let secret = key.json()["secret"].as_str().unwrap().to_owned();
    let headers = vec![("Authorization".to_owned(), format!("Bearer {secret}"))];
    let put = kit
        .ask(
            "alder-coordinator",
            "PUT",
            "/api/v1/communities/common/members/Fir",
            Some("{}"),
        )
        .await;
    assert_eq!(
        put.status,
        404,
        "a coordinator does not know of Fir yet: {}",
        put.text()
    );
    let put = kit
        .ask(
            "operator",
            "PUT",
            "/api/v1/communities/common/members/Fir",
            Some(r#"{"contributes":true}"#),
        )
        .await;
    assert_eq!(put.status, 204, "{}", put.text());
    let me = kit.send("GET", "/api/v1/me", &headers, None).await.json();
    assert_eq!(me["communities"].to_string(), r#"["common"]"#);
    assert_eq!(
        kit.ask("operator", "DELETE", "/api/v1/communities/common/members/Fir", None)
            .await
            .status,
        204
    );
    assert_eq!(
        kit.send("GET", "/commonwatch/collections/common/", &headers, None)
            .await
            .status,
        404
    );
    assert_eq!(
        kit.ask(
            "operator",
            "PATCH",
            "/api/v1/members/Fir",
            Some(r#"{"state":"suspended","reason":"late"}"#)
        )
        .await
        .status,
        200
    );
    assert_eq!(kit.send("GET", "/api/v1/me", &headers, None).await.status, 401);
}

#[tokio::test]
async fn a_person_manages_their_own_keys_and_nobody_elses() {
    let kit = Kit::start().await;
    let made = kit
        .ask(
            "alder-reader",
            "POST",
            "/api/v1/keys",
            Some(r#"{"label":"laptop","read_only":true}"#),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let (number, secret) = (
        made.json()["id"].as_i64().unwrap(),
        made.json()["secret"].as_str().unwrap().to_owned(),
    );
    let listed = kit.get("alder-reader", "/api/v1/keys").await;
    assert!(listed.text().contains("laptop") && !listed.text().contains(&secret));
    let path = format!("/api/v1/keys/{number}");
    assert_eq!(kit.ask("birch-reader", "DELETE", &path, None).await.status, 404);
    for login in ["alder-reader", "nobody-at-all"] {
        let answer = kit.get("birch-reader", &format!("/api/v1/keys?person={login}")).await;
        assert_eq!(answer.status, 403);
    }
    assert_eq!(
        kit.ask(
            "alder-analyst-read-only",
            "POST",
            "/api/v1/keys",
            Some(r#"{"label":"x"}"#)
        )
        .await
        .status,
        403
    );
    let headers = vec![("Authorization".to_owned(), format!("Bearer {secret}"))];
    assert_eq!(kit.send("GET", "/api/v1/me", &headers, None).await.status, 200);
    assert_eq!(kit.ask("alder-reader", "DELETE", &path, None).await.status, 204);
    assert_eq!(kit.send("GET", "/api/v1/me", &headers, None).await.status, 401);
}

#[tokio::test]
async fn a_body_must_be_json_and_say_so() {
    let kit = Kit::start().await;
    let mut headers = vec![("Authorization".to_owned(), kit.authorization("operator").unwrap())];
    let answer = kit.send("POST", "/api/v1/members", &headers, Some(b"{}")).await;
    assert_eq!(answer.status, 415);
    headers.push(("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()));
    for (body, status) in [(&b"{"[..], 400), (b"[]", 422), (b"{}", 422), (b"\xff", 400)] {
        assert_eq!(
            kit.send("POST", "/api/v1/members", &headers, Some(body)).await.status,
            status
        );
    }
}

#[tokio::test]
async fn an_export_streams_what_the_caller_may_see_and_leads_to_the_next() {
    let kit = Kit::start().await;
    let objects: Vec<String> = (1..=300)
        .map(|number| indicator(number, &"A long name ".repeat(40)))
        .collect();
    kit.share("alder-contributor", "common", &objects).await;
    kit.share("alder-contributor", "grove", &[indicator(900, "Only in the grove")])
        .await;
    let whole = kit.get("birch-reader", "/api/v1/export?format=stix").await;
    assert_eq!(
        (whole.status, whole.json()["objects"].as_array().unwrap().len()),
        (200, 300)
    );
    assert_eq!(whole.header("content-type"), Some("application/stix+json;version=2.1"));
    let cursor = whole.header("x-commonwatch-cursor").unwrap().to_owned();
    for format in formats::write::OutFormat::ALL {
        let answer = kit
            .get(
                "birch-reader",
                &format!("/api/v1/export?format={}&collection=common", format.as_str()),
            )
            .await;
        assert_eq!(answer.status, 200, "{}: {}", format.as_str(), answer.text());
    }
    kit.share("alder-contributor", "common", &[indicator(1_000, "New since")])
        .await;
    let change = kit
        .get(
            "birch-reader",
            &format!("/api/v1/export?format=stix-ndjson&cursor={cursor}"),
        )
        .await
        .text();
    assert_eq!(
        change.lines().filter(|line| line.contains("\"indicator\"")).count(),
        1,
        "{change}"
    );
    for (query, status) in [
        ("", 400),
        ("format=doc", 400),
        ("format=list&collection=grove", 404),
        ("format=list&score=101", 400),
        ("format=list&limit=1", 400),
    ] {
        let answer = kit.get("birch-reader", &format!("/api/v1/export?{query}")).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn receipts_and_tiles_can_be_verified_without_this_node() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "Proven")])
        .await;
    assert_eq!(
        kit.get("birch-reader", "/commonwatch/collections/common/objects/")
            .await
            .ids()
            .len(),
        1
    );
    let key = ledger::SigningKey::from_random("hub.example", [9; 32]).unwrap();
    for (who, kind) in [("alder-reader", "shared"), ("birch-reader", "delivered")] {
        let list = kit.get(who, "/api/v1/receipts").await.json();
        let receipts = list["receipts"].as_array().unwrap();
        assert!(
            receipts.iter().any(|receipt| receipt["entry"]["kind"] == kind),
            "{list}"
        );
        for receipt in receipts {
            ledger::Receipt::from_json(&receipt.to_string())
                .unwrap()
                .verify(key.verifying_key())
                .unwrap();
        }
    }
    let checkpoint = kit.get("alder-reader", "/api/v1/ledger/checkpoint").await.text();
    let checkpoint: ledger::SignedCheckpoint = checkpoint.parse().unwrap();
    let size = checkpoint.verify(key.verifying_key()).unwrap().size;
    let tile = kit
        .get("alder-reader", &format!("/api/v1/ledger/tile/0/000.p/{size}"))
        .await;
    let hashes = ledger::tile::hashes_of_tile(&tile.body).unwrap();
    assert_eq!(hashes.len() as u64, size);
    let mut frontier = ledger::Frontier::new();
    for hash in hashes {
        frontier.append(hash).unwrap();
    }
    assert_eq!(frontier.root(), checkpoint.unverified().root);
    for beyond in ["0/000", "1/000", "0/x001/000", "0/000.p/0", "../secret", "63/000"] {
        assert_eq!(
            kit.get("alder-reader", &format!("/api/v1/ledger/tile/{beyond}"))
                .await
                .status,
            404,
            "{beyond}"
        );
    }
}

#[tokio::test]
async fn looking_without_taking_leaves_no_receipt() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "Looked at")])
        .await;
    let objects = "/commonwatch/collections/common/objects/";
    assert_eq!(kit.ask("birch-reader", "HEAD", objects, None).await.status, 200);
    assert_eq!(
        kit.get("birch-reader", &format!("{objects}?added_after=2999-01-01T00:00:00Z"))
            .await
            .status,
        200
    );
    let delivered = async || {
        let list = kit.get("birch-reader", "/api/v1/receipts").await.json();
        list["receipts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|receipt| receipt["entry"]["kind"] == "delivered")
            .count()
    };
    assert_eq!(delivered().await, 0);
    assert_eq!(kit.get("birch-reader", objects).await.status, 200);
    assert_eq!(delivered().await, 1);
}

#[tokio::test]
async fn a_packed_export_is_whole() {
    use std::io::Read as _;
    let kit = Kit::start().await;
    let many: Vec<String> = (0..50).map(|number| indicator(number, "x")).collect();
    kit.share("alder-contributor", "common", &many).await;
    for format in ["stix-ndjson", "csv"] {
        let path = format!("/api/v1/export?format={format}");
        let plain = kit.get("alder-reader", &path).await;
        let headers = [
            ("Authorization".to_owned(), kit.authorization("alder-reader").unwrap()),
            ("Accept-Encoding".to_owned(), "gzip".to_owned()),
        ];
        let packed = kit.send("GET", &path, &headers, None).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert!(packed.raw.ends_with(b"\r\n0\r\n\r\n"), "the answer broke off");
        let mut whole = Vec::new();
        flate2::read::MultiGzDecoder::new(&packed.body[..])
            .read_to_end(&mut whole)
            .unwrap();
        assert!(whole == plain.body, "{format}");
    }
}
