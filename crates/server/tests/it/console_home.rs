//! Pages of what concerns us: hits, promises, recalls, requests, numbers; read and changed as a browser does it.

use super::browser::Browser;
use super::kit::{Kit, id, indicator};

/// A commitment that Birch owes Alder, about something Alder shared; its name.
async fn promised(kit: &Kit, kind: &str, because: &str) -> String {
    kit.share("alder-contributor", "common", &[indicator(1, "Bad address")])
        .await;
    let body = serde_json::json!({
        "kind": kind, "subject": id("indicator", 1), "members": ["Birch"], "because": because,
    });
    let made = kit
        .ask("alder-analyst", "POST", "/api/v1/commitments", Some(&body.to_string()))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["made"][0].as_str().unwrap().to_owned()
}

const HOSTILE: &str = "<script>alert('x')</script>\"'&";

#[tokio::test]
async fn a_promise_is_seen_on_both_sides_and_kept_with_evidence() {
    let kit = Kit::start().await;
    let commitment = promised(&kit, "act", HOSTILE).await;
    let (alder, birch) = (
        Browser::of(&kit, "alder-analyst").await,
        Browser::of(&kit, "birch-analyst").await,
    );
    let path = format!("/commitments/{commitment}");
    for (who, list) in [
        (&birch, "/commitments"),
        (&alder, "/commitments?side=owed"),
        (&birch, "/today"),
    ] {
        let page = who.get(list).await;
        assert!(page.text().contains(&path), "{list}: {}", page.text());
        assert!(!page.text().contains("<script>alert"), "{}", page.text());
    }
    let one = birch.get(&path).await.text();
    assert!(one.contains("Act on an item") && one.contains("Bad address"), "{one}");
    assert!(one.contains("&#60;script&#62;alert"), "{one}");
    assert!(one.contains("/keep\"") && !one.contains("/withdraw\""), "{one}");
    let other = alder.get(&path).await.text();
    assert!(other.contains("/withdraw\"") && !other.contains("/keep\""), "{other}");
    // What it asks for is evidence; what was typed elsewhere stays.
    let refused = birch.post(&format!("{path}/keep"), &[("text", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("kept with evidence"), "{}", refused.text());
    let kept = birch
        .change(&format!("{path}/keep"), &[("text", "Blocked\r\nat the edge <b>")])
        .await
        .text();
    assert!(kept.contains("Noted: it is done."), "{kept}");
    assert!(kept.contains("Blocked\nat the edge &#60;b&#62;"), "{kept}");
    let today = birch.get("/today").await.text();
    assert!(today.contains("There is nothing you have to do now."), "{today}");
    let twice = birch.post(&format!("{path}/keep"), &[("text", "again")]).await;
    assert_eq!(twice.status, 422);
}

#[tokio::test]
async fn who_it_is_owed_to_gives_time_or_gives_it_up_and_who_owes_it_gives_it_to_somebody() {
    let kit = Kit::start().await;
    let path = format!("/commitments/{}", promised(&kit, "acknowledge", "Rule 4").await);
    let (alder, birch) = (
        Browser::of(&kit, "alder-analyst").await,
        Browser::of(&kit, "birch-analyst").await,
    );
    let nobody = birch
        .post(&format!("{path}/delegate"), &[("person", "alder-reader")])
        .await;
    assert_eq!(nobody.status, 422);
    assert!(nobody.text().contains("value=\"alder-reader\""), "{}", nobody.text());
    let given = birch
        .change(&format!("{path}/delegate"), &[("person", "birch-reader")])
        .await;
    assert!(given.text().contains("birch-reader"), "{}", given.text());
    // The other side does not learn the name.
    assert!(!alder.get(&path).await.text().contains("birch-reader"));
    for day in ["tomorrow", "2020-01-01"] {
        let refused = alder
            .post(&format!("{path}/extend"), &[("due", day), ("text", "")])
            .await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains(&format!("value=\"{day}\"")));
    }
    let later = alder
        .change(
            &format!("{path}/extend"),
            &[("due", "2027-03-01"), ("text", "Holidays")],
        )
        .await;
    assert!(later.text().contains("2027-03-01T23:59:59"), "{}", later.text());
    let gone = alder
        .change(&format!("{path}/withdraw"), &[("text", "No longer")])
        .await;
    assert!(gone.text().contains("given up") && gone.text().contains("No longer"));
    let unasked = alder.get(&format!("{path}?said=%3Cb%3E")).await.text();
    assert!(!unasked.contains("role=\"status\""), "{unasked}");
}

#[tokio::test]
async fn somebody_of_another_member_finds_nothing_there() {
    let kit = Kit::start().await;
    let path = format!("/commitments/{}", promised(&kit, "acknowledge", "Rule 4").await);
    let elder = Browser::of(&kit, "elder-analyst").await;
    assert_eq!(elder.get(&path).await.status, 404);
    assert!(elder.get("/commitments").await.text().contains("We owe nothing."));
    let refused = elder.post(&format!("{path}/keep"), &[("text", "x")]).await;
    assert_eq!(refused.status, 404);
}

#[tokio::test]
async fn a_recall_is_answered_and_who_made_it_sees_who_has_not() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(2, "Wrong")]).await;
    kit.get("birch-reader", "/commonwatch/collections/common/objects/")
        .await;
    let wish = serde_json::json!({"object": id("indicator", 2), "kind": "retract", "reason": HOSTILE});
    let made = kit
        .ask("alder-analyst", "POST", "/api/v1/recalls", Some(&wish.to_string()))
        .await;
    let recall = made.json()["recalls"][0]["id"].as_str().unwrap().to_owned();
    let (alder, birch) = (
        Browser::of(&kit, "alder-analyst").await,
        Browser::of(&kit, "birch-contributor").await,
    );
    let open = birch.get("/recalls").await.text();
    assert!(open.contains(&recall) && open.contains("&#60;script&#62;"), "{open}");
    let path = format!("/recalls/{recall}/acknowledge");
    let refused = birch.post(&path, &[("done", "kept"), ("note", "")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("what is kept needs a reason"),
        "{}",
        refused.text()
    );
    assert!(refused.text().contains("value=\"kept\" selected"), "{}", refused.text());
    let one = alder.get(&format!("/recalls/{recall}")).await.text();
    assert!(one.contains("Not acknowledged by"), "{one}");
    assert_eq!(birch.get(&format!("/recalls/{recall}")).await.status, 404);
    let done = birch.change(&path, &[("done", "removed"), ("note", "All gone")]).await;
    assert!(done.text().contains("No recall waits"), "{}", done.text());
    let all = birch.get("/recalls?view=all").await.text();
    assert!(all.contains("Our copies are gone") && all.contains("All gone"), "{all}");
    assert!(alder.get("/recalls?view=made").await.text().contains(&recall));
}

#[tokio::test]
async fn a_question_is_asked_answered_and_closed() {
    let kit = Kit::start().await;
    let (alder, birch) = (
        Browser::of(&kit, "alder-analyst").await,
        Browser::of(&kit, "birch-contributor").await,
    );
    let question = [
        ("community", "common"),
        ("question", "Who has seen <i>this</i>?\r\nSince when?"),
        ("until", ""),
        ("answers_to", "all"),
    ];
    let asked = alder.post("/requests", &question).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let path = asked.header("location").unwrap().split('?').next().unwrap().to_owned();
    let list = birch.get("/requests?community=common").await.text();
    assert!(list.contains(&path) && list.contains("&#60;i&#62;this"), "{list}");
    let answered = birch
        .change(
            &format!("{path}/answers"),
            &[("text", "We, on Monday"), ("to_all", "yes")],
        )
        .await;
    assert!(answered.text().contains("Your answer was sent."));
    let closed = alder.change(&format!("{path}/close"), &[("text", "Two had it")]).await;
    assert!(closed.text().contains("Two had it") && closed.text().contains("We, on Monday"));
    let late = birch.post(&format!("{path}/answers"), &[("text", "Still here")]).await;
    assert_eq!(late.status, 422);
    // Elder is not in that community: for it there is neither the question nor the place.
    let elder = Browser::of(&kit, "elder-analyst").await;
    assert_eq!(elder.get(&path).await.status, 404);
    assert_eq!(elder.get("/requests?community=common").await.status, 404);
    assert_eq!(elder.post("/requests", &question).await.status, 404);
    let odd = [("community", "common"), ("question", "When?"), ("until", "soon")];
    let refused = alder.post("/requests", &odd).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("When?") && refused.text().contains("value=\"soon\""));
}

/// Alder shares an address that it alone may see, and one for Alder and Birch. They are fresh, and no examples: those are
/// not looked for.
async fn indicators(kit: &Kit) {
    let fresh = |number: u32, name: &str| {
        let text = indicator(number, name).replace("2024-01-01", "2026-11-20");
        text.replace("192.0.2.", "45.13.7.")
    };
    kit.share("alder-contributor", "grove", &[fresh(7, "Ours alone")]).await;
    kit.share("alder-contributor", "common", &[fresh(8, "For both <b>")])
        .await;
}

#[tokio::test]
async fn a_log_is_matched_against_what_its_reader_may_see() {
    let kit = Kit::start().await;
    indicators(&kit).await;
    let log =
        "nothing here\r\n<script>x</script> from 45.13.7.7 to 10.0.0.1\r\nGET 45.13.7.8\r\nGET 45.13.7.8 again\r\n";
    let (alder, birch) = (
        Browser::of(&kit, "alder-analyst").await,
        Browser::of(&kit, "birch-reader").await,
    );
    let found = alder.post("/hits/log", &[("log", log)]).await;
    assert_eq!(found.status, 200, "{}", found.text());
    let text = found.text();
    for wanted in [
        "Line 2",
        "Line 3",
        "45.13.7.7",
        "Ours alone",
        "For both &#60;b&#62;",
        "3 hits",
        "4 lines were read",
    ] {
        assert!(text.contains(wanted), "no '{wanted}' in {text}");
    }
    assert!(text.contains(&format!("/objects/{}", id("indicator", 7))), "{text}");
    // The log is not in the answer.
    assert!(!text.contains("nothing here") && !text.contains("<script>x"), "{text}");
    let less = birch.post("/hits/log", &[("log", log)]).await.text();
    assert!(
        less.contains("2 hits") && !less.contains("Ours alone") && !less.contains("45.13.7.7"),
        "{less}"
    );
    let clean = birch.post("/hits/log", &[("log", "all is well")]).await.text();
    assert!(clean.contains("Nothing that you may see is in this log."), "{clean}");
    let empty = birch.post("/hits/log", &[("log", " \r\n ")]).await;
    assert_eq!(empty.status, 422);
    let large = birch.post("/hits/log", &[("log", &"x".repeat(5 << 20))]).await;
    assert_eq!(large.status, 422);
    assert!(large.text().contains("4 MiB"), "{}", large.text());
    // Nothing of it was kept.
    assert!(
        alder
            .get("/hits")
            .await
            .text()
            .contains("Nothing that was shared was seen here.")
    );
}

#[tokio::test]
async fn what_was_seen_is_told_or_kept_at_home_as_somebody_answers() {
    let kit = Kit::start().await;
    indicators(&kit).await;
    let hit = serde_json::json!({"hits": [{"indicator": id("indicator", 8), "value": "45.13.7.8", "source": HOSTILE}]});
    let recorded = kit
        .ask("birch-contributor", "POST", "/api/v1/hits", Some(&hit.to_string()))
        .await;
    assert_eq!(recorded.json()["counted"], 1, "{}", recorded.text());
    kit.node
        .sightings_due(kit.node.now().plus_micros(3_600_000_000))
        .await
        .unwrap();
    let (birch, alder) = (
        Browser::of(&kit, "birch-analyst").await,
        Browser::of(&kit, "alder-analyst").await,
    );
    let list = birch.get("/hits").await.text();
    assert!(
        list.contains("45.13.7.8") && list.contains("Waits for your answer"),
        "{list}"
    );
    assert!(
        list.contains("&#60;script&#62;") && !list.contains("<script>alert"),
        "{list}"
    );
    assert!(!alder.get("/hits").await.text().contains("45.13.7.8"));
    let answer = list.split("action=\"/hits/").nth(1).unwrap();
    let path = format!("/hits/{}", answer.split('"').next().unwrap());
    assert!(path.ends_with("/answer"), "{path}");
    let too_much = birch.post(&path, &[("answer", "tell"), ("form", "full")]).await;
    assert_eq!(too_much.status, 422, "{}", too_much.text());
    assert_eq!(alder.post(&path, &[("answer", "keep")]).await.status, 404);
    let told = birch.change(&path, &[("answer", "tell"), ("form", "count")]).await;
    assert!(told.text().contains("It is told."), "{}", told.text());
    assert_eq!(birch.post(&path, &[("answer", "keep")]).await.status, 404);
}

#[tokio::test]
async fn rules_are_chosen_for_each_community_and_by_analysts_only() {
    let kit = Kit::start().await;
    let (analyst, reader) = (
        Browser::of(&kit, "birch-analyst").await,
        Browser::of(&kit, "birch-reader").await,
    );
    let line = |community, form, seconds| {
        [
            ("community", community),
            ("form", form),
            ("asks", "no"),
            ("seconds", seconds),
            ("log_line", "no"),
        ]
    };
    let whole = [
        line("", "count", "3600"),
        line("common", "sector", "86400"),
        line("wood", "", "3600"),
    ]
    .concat();
    let saved = analyst.change("/hits/rules", &whole).await.text();
    assert!(saved.contains("The rules hold from now on."), "{saved}");
    assert!(
        saved.contains("value=\"sector\" selected") && saved.contains("value=\"86400\" selected"),
        "{saved}"
    );
    let bad = analyst.post("/hits/rules", &line("common", "sector", "1")).await;
    assert_eq!(bad.status, 422, "{}", bad.text());
    assert!(bad.text().contains("no stretch of time"), "{}", bad.text());
    assert_eq!(analyst.post("/hits/rules", &whole[1..]).await.status, 400);
    assert_eq!(reader.post("/hits/rules", &whole).await.status, 403);
    assert!(reader.get("/hits/rules").await.text().contains("disabled"));
    assert_eq!(reader.get("/hits/watch").await.status, 403);
}

#[tokio::test]
async fn numbers_have_their_definitions_and_a_span_of_months() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "Shared once")])
        .await;
    kit.node.scorecards_run().await.unwrap();
    let alder = Browser::of(&kit, "alder-reader").await;
    let page = alder.get("/scorecard").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    assert!(
        text.contains("What is counted") && text.contains("<svg class=\"chart\""),
        "{text}"
    );
    assert!(
        text.contains("/api/v1/scorecard?format=csv&#38;from=2025-12&#38;to=2026-11"),
        "{text}"
    );
    let one = alder.get("/scorecard?community=common&from=2026-01&to=2026-03").await;
    assert!(
        one.text().contains("<option value=\"common\" selected>"),
        "{}",
        one.text()
    );
    let odd = alder.get("/scorecard?community=&from=soon&to=").await;
    assert_eq!(odd.status, 422);
    assert!(
        odd.text().contains("is no month") && odd.text().contains("value=\"soon\""),
        "{}",
        odd.text()
    );
    assert_eq!(alder.get("/scorecard?community=wood").await.status, 404);
}
