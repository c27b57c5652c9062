//! Coming in by a link, being heard by moderators, and being cut off at once: over HTTP, as people and programs meet it.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::kit::{Answer, Kit, id, indicator};

async fn invited(kit: &Kit, sponsors: u8) -> String {
    let body = format!(r#"{{"label":"harbour","community":"common","sponsors":{sponsors},"kind":"operator"}}"#);
    let answer = kit
        .ask("alder-coordinator", "POST", "/api/v1/invitations", Some(&body))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// An answer but for what no two answers share.
fn same_bytes(answer: &Answer) -> Vec<u8> {
    let text = String::from_utf8_lossy(&answer.raw).into_owned();
    let kept = text.split("\r\n").filter(|line| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !matches!(name.as_str(), "date" | "x-request-id")
    });
    kept.collect::<Vec<_>>().join("\r\n").into_bytes()
}

const ACCEPT: &str = r#"{"organisation":"Harbour","login":"harbour","name":"Ana","password":"correct horse battery"}"#;

#[tokio::test]
async fn what_a_member_runs_is_read_and_said_by_itself_and_operators_only() {
    let kit = Kit::start().await;
    let path = "/api/v1/members/Alder/technologies";
    let wish = r#"{"technologies":["FortiOS"," siemens simatic","FortiOS"]}"#;
    let said = kit.ask("alder-coordinator", "PUT", path, Some(wish)).await;
    assert_eq!(said.status, 204, "{}", said.text());
    for who in ["alder-reader", "operator"] {
        let read = kit.get(who, path).await.json();
        assert_eq!(
            read,
            serde_json::json!({ "technologies": ["FortiOS", "siemens simatic"] }),
            "{who}"
        );
    }
    assert_eq!(kit.ask("alder-analyst", "PUT", path, Some(wish)).await.status, 403);
    for who in ["birch-coordinator", "elder-analyst"] {
        assert_eq!(kit.get(who, path).await.status, 404, "{who}");
        assert_eq!(kit.ask(who, "PUT", path, Some(wish)).await.status, 404, "{who}");
    }
    let many = serde_json::json!({ "technologies": vec!["fortios"; 51] }).to_string();
    for wrong in [
        r#"{"technologies":["7"]}"#,
        r#"{"technologies":["a\nb"]}"#,
        r#"{}"#,
        &many,
    ] {
        assert_eq!(
            kit.ask("operator", "PUT", path, Some(wrong)).await.status,
            422,
            "{wrong}"
        );
    }
    assert_eq!(
        kit.ask("operator", "PUT", path, Some(r#"{"technologies":[]}"#))
            .await
            .status,
        204
    );
    assert_eq!(
        kit.get("operator", path).await.json(),
        serde_json::json!({ "technologies": [] })
    );
}

#[tokio::test]
async fn an_organisation_comes_in_by_a_link_without_an_account() {
    let kit = Kit::start().await;
    let token = invited(&kit, 1).await;
    let path = format!("/api/v1/invitations/{token}");
    let seen = kit.get("public", &path).await;
    assert_eq!((seen.status, seen.json()["invited_by"].as_str()), (200, Some("Alder")));
    assert!(
        !seen.text().contains("common") && !seen.text().contains("harbour"),
        "nothing else is told: {}",
        seen.text()
    );
    let accepted = kit.ask("public", "POST", &format!("{path}/accept"), Some(ACCEPT)).await;
    assert_eq!(
        (accepted.status, accepted.json()["state"].as_str()),
        (201, Some("vetting"))
    );
    let vetting = kit.get("alder-coordinator", "/api/v1/vetting").await.json();
    assert_eq!(vetting["members"][0]["member"]["name"], "Harbour");
    let vouch = "/api/v1/members/Harbour/vouch";
    assert_eq!(
        kit.ask("birch-coordinator", "POST", vouch, Some("{}")).await.status,
        404
    );
    let active = kit.ask("alder-coordinator", "POST", vouch, Some("{}")).await;
    assert_eq!(active.json()["state"], "active", "{}", active.text());
    let sign_in = (
        "Authorization".to_owned(),
        "Basic aGFyYm91cjpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=".to_owned(),
    );
    let me = kit.send("GET", "/api/v1/me", &[sign_in], None).await;
    assert_eq!(me.status, 200, "{}", me.text());
}

#[tokio::test]
async fn a_wrong_token_and_one_that_is_over_answer_with_the_same_bytes() {
    let kit = Kit::start().await;
    let (used, withdrawn) = (invited(&kit, 0).await, invited(&kit, 0).await);
    let used = format!("/api/v1/invitations/{used}");
    assert_eq!(
        kit.ask("public", "POST", &format!("{used}/accept"), Some(ACCEPT))
            .await
            .status,
        201
    );
    let list = kit.get("alder-coordinator", "/api/v1/invitations").await.json();
    let open = list["invitations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["accepted"].is_null())
        .unwrap();
    let uuid = open["uuid"].as_str().unwrap();
    let path = format!("/api/v1/invitations/{uuid}");
    assert_eq!(kit.ask("birch-coordinator", "DELETE", &path, None).await.status, 404);
    assert_eq!(kit.ask("alder-coordinator", "DELETE", &path, None).await.status, 204);
    let absent = kit.get("public", "/api/v1/invitations/cwi_0").await;
    assert_eq!(absent.status, 404);
    for path in [used, format!("/api/v1/invitations/{withdrawn}"), path] {
        assert_eq!(same_bytes(&kit.get("public", &path).await), same_bytes(&absent));
        let accept = kit.ask("public", "POST", &format!("{path}/accept"), Some(ACCEPT)).await;
        assert_eq!(same_bytes(&accept), same_bytes(&absent));
    }
}

#[tokio::test]
async fn whoever_guesses_tokens_is_slowed() {
    let kit = Kit::start().await;
    let mut statuses = Vec::new();
    for number in 0..25 {
        statuses.push(
            kit.get("public", &format!("/api/v1/invitations/cwi_{number}"))
                .await
                .status,
        );
    }
    assert_eq!((statuses[19], statuses[20]), (404, 429), "{statuses:?}");
    assert_eq!(
        kit.get("alder-reader", "/api/v1/me").await.status,
        200,
        "signing in is counted by itself"
    );
}

/// Reads from a connection until `length` bytes came, or it ended.
async fn read_some(stream: &mut TcpStream, length: usize) -> usize {
    let mut read = 0;
    let mut buffer = vec![0; 64 << 10];
    while read < length {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => read += count,
        }
    }
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_being_read_ends_when_its_reader_is_suspended() {
    let kit = Kit::start().await;
    // More than all buffers between the two sides hold.
    let long = "x".repeat(30_000);
    for part in 0..20 {
        let objects: Vec<String> = (0..40)
            .map(|number| {
                let one = indicator(part * 40 + number, "n");
                one.replacen(
                    "\"name\":\"n\"",
                    &format!("\"name\":\"n\",\"description\":\"{long}\""),
                    1,
                )
            })
            .collect();
        kit.share("alder-contributor", "common", &objects).await;
    }
    let whole = 20 * 40 * long.len();
    let key = kit.authorization("birch-analyst").unwrap();
    let question = format!(
        "GET /api/v1/export?format=stix&collection=common HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {key}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
    stream.write_all(question.as_bytes()).await.unwrap();
    assert!(read_some(&mut stream, 64 << 10).await > 0);
    let suspend = r#"{"state":"suspended","reason":"a test"}"#;
    let answer = kit
        .ask("operator", "PATCH", "/api/v1/members/Birch", Some(suspend))
        .await;
    assert_eq!(answer.json()["people"], 5, "{}", answer.text());
    let rest = read_some(&mut stream, usize::MAX).await;
    // What lay in the buffers of the two machines was sent before; the rest never is.
    assert!(rest < whole - (2 << 20), "{rest} of {whole} bytes came");
    assert_eq!(kit.get("birch-analyst", "/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_share_that_waits_says_so_and_the_preview_says_it_before() {
    let kit = Kit::start().await;
    let charter = r#"{"purpose":"Common","moderated":true,"strictest_tlp":"amber"}"#;
    let put = kit
        .ask(
            "alder-coordinator",
            "PUT",
            "/api/v1/communities/common/charter",
            Some(charter),
        )
        .await;
    assert_eq!(
        (put.status, put.json()["version"].as_i64()),
        (200, Some(1)),
        "{}",
        put.text()
    );
    let preview = async |tlp: &str| {
        let body = format!(r#"{{"communities":["common"],"tlp":"{tlp}"}}"#);
        kit.ask("birch-contributor", "POST", "/api/v1/share/preview", Some(&body))
            .await
            .json()
    };
    let open = preview("amber").await;
    assert_eq!(
        (
            open["waits"].as_bool(),
            open["members"].as_i64(),
            open["clients"].as_i64()
        ),
        (Some(true), Some(2), Some(1))
    );
    assert_eq!(preview("amber+strict").await["refused"][0]["charter"], "strictest_tlp");
    let body = format!("{{\"objects\":[{}]}}", indicator(1, "waits"));
    let shared = kit
        .ask(
            "birch-contributor",
            "POST",
            "/api/v1/share?community=common",
            Some(&body),
        )
        .await
        .json();
    assert_eq!(
        (shared["accepted"].as_i64(), shared["waiting"].as_i64()),
        (Some(1), Some(1))
    );
    let own = kit.get("birch-reader", "/api/v1/moderation").await.json();
    assert_eq!(own["shared"][0]["state"], "waiting");
    let path = format!("/api/v1/moderation/{}", own["shared"][0]["uuid"].as_str().unwrap());
    let release = r#"{"decision":"release"}"#;
    assert_eq!(
        kit.ask("birch-coordinator", "POST", &path, Some(release)).await.status,
        404
    );
    assert_eq!(
        kit.get("cedar-analyst", &format!("/api/v1/objects/{}", id("indicator", 1)))
            .await
            .status,
        404
    );
    let released = kit.ask("alder-coordinator", "POST", &path, Some(release)).await;
    assert_eq!(released.json()["state"], "released", "{}", released.text());
    assert_eq!(
        kit.get("cedar-analyst", &format!("/api/v1/objects/{}", id("indicator", 1)))
            .await
            .status,
        200
    );
}
