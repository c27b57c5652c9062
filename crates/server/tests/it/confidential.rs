//! What must not be learned sideways: from cursors, from refusals, by trying very fast, or by reading very slowly.

use std::io;

use base64::Engine as _;
use formats::write::{OutFormat, Target};
use node::export::ExportRequest;
use policy::MemberId;

use crate::kit::{Kit, Wish, indicator};

fn basic(login: &str, password: &str) -> Vec<(String, String)> {
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{login}:{password}"));
    vec![("Authorization".to_owned(), format!("Basic {encoded}"))]
}

#[tokio::test]
async fn the_cursor_of_an_export_does_not_move_when_others_share_out_of_sight() {
    let kit = Kit::start().await;
    let cursor = async |query: &str| {
        let path = format!("/api/v1/export?format=list{query}");
        let answer = kit.get("birch-reader", &path).await;
        answer.header("x-commonwatch-cursor").unwrap().to_owned()
    };
    let nothing = cursor("").await;
    kit.share("alder-contributor", "grove", &[indicator(1, "Hidden")]).await;
    assert_eq!(cursor("").await, nothing);
    kit.share("alder-contributor", "common", &[indicator(2, "Open")]).await;
    let open = cursor("").await;
    assert_ne!(open, nothing);
    kit.share("alder-contributor", "grove", &[indicator(3, "Hidden")]).await;
    assert_eq!(cursor("").await, open);
    assert_eq!(cursor(&format!("&cursor={open}")).await, open);
    assert_eq!(cursor("&collection=wood").await, nothing);
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_one_by_one() {
    let kit = Kit::start().await;
    let guesses: Vec<_> = (0..40)
        .map(|number| basic("alder-analyst", &format!("wrong {number}")))
        .collect();
    let asked = guesses
        .iter()
        .map(|headers| kit.send("GET", "/api/v1/me", headers, None));
    let answers = futures_util::future::join_all(asked).await;
    let tried = answers.iter().filter(|answer| answer.status == 401).count();
    let waiting = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!(tried + waiting, 40);
    // Ten failures are allowed, and as many more as are hashed at the same time.
    assert!(tried <= 14, "{tried} passwords were tried");
}

#[tokio::test]
async fn a_certificate_is_no_key() {
    let kit = Kit::start().await;
    let operator = kit.operator().await;
    let person = kit.node.store().person_by_login("birch-reader").await.unwrap().unwrap();
    let wish = node::partnership::KeyWish {
        label: "a text that everybody can read".to_owned(),
        ..node::partnership::KeyWish::default()
    };
    let text = b"cw_public";
    kit.node
        .certificate_add(&operator, person.id, wish, text)
        .await
        .unwrap();
    let headers = [("Authorization".to_owned(), "Bearer cw_public".to_owned())];
    assert_eq!(kit.send("GET", "/api/v1/me", &headers, None).await.status, 401);
}

#[tokio::test]
async fn a_name_that_would_get_nothing_is_refused_unless_that_tells_who_is_there() {
    let kit = Kit::start().await;
    let share = async |community: &str, named: &str| {
        let path = format!("/api/v1/share?community={community}&named={named}");
        let answer = kit
            .ask("alder-contributor", "POST", &path, Some(&indicator(1, "For some")))
            .await;
        let code = if answer.status == 200 { "" } else { "named-outside" };
        assert_eq!(
            answer.json()["code"].as_str().unwrap_or_default(),
            code,
            "{}",
            answer.text()
        );
        answer.status
    };
    assert_eq!(share("common", "Birch").await, 200);
    assert_eq!(share("common", "Alder").await, 200);
    // Alder knows Birch from the common community, but Birch is not in the grove.
    assert_eq!(share("grove", "Birch").await, 422);
    // Who is in the hidden community is not for Alder to learn.
    assert_eq!(share("hidden", "Birch").await, 200);
}

#[tokio::test]
async fn nobody_sends_a_body_before_they_may_share() {
    let kit = Kit::start_with(Wish {
        settings: |settings| settings.public_reading = true,
        ..Wish::default()
    })
    .await;
    // The body never comes: who waits for it before the refusal never answers.
    let head = b"POST /api/v1/share HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 30000000\r\n\r\n";
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), kit.send_raw(head)).await;
    assert_eq!(answer.expect("no answer without a body").status, 403);
}

/// Takes an export, and changes the rules after the first piece of it.
struct Slow<F: FnMut()> {
    change: Option<F>,
    bytes: usize,
}

impl<F: FnMut()> Target for Slow<F> {
    fn write(&mut self, _: &str, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len();
        if let Some(mut change) = self.change.take() {
            change();
        }
        Ok(())
    }
}

async fn exported_while(kit: &Kit, change: impl AsyncFnOnce(node::Node, MemberId) + Send + 'static) -> bool {
    let caller = kit.node.local_caller("birch-reader").await.unwrap();
    let (node, birch) = (kit.node.clone(), kit.members["Birch"]);
    let request = ExportRequest {
        format: OutFormat::StixNdjson,
        collection: None,
        since: None,
        minimum_score: 0,
    };
    let begun = node.export_begin(&caller, request).await.unwrap();
    let exporting = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Handle::current();
        let mut change = Some(change);
        let changing = node.clone();
        let mut slow = Slow {
            change: Some(move || {
                if let Some(change) = change.take() {
                    runtime.block_on(change(changing.clone(), birch));
                }
            }),
            bytes: 0,
        };
        node.export(&begun, &mut slow).is_ok()
    });
    exporting.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_ends_where_its_reader_loses_the_right_to_read() {
    let kit = Kit::start_with(Wish {
        // A row a page: many readings of a few objects.
        settings: |settings| settings.page_bytes = 1,
        ..Wish::default()
    })
    .await;
    let objects: Vec<String> = (1..=5).map(|number| indicator(number, "One of many")).collect();
    kit.share("alder-contributor", "common", &objects).await;
    assert!(exported_while(&kit, async |_, _| {}).await);
    let common = kit.communities["common"];
    let leaves = async move |node: node::Node, birch| {
        let operator = node.local_caller("operator").await.unwrap();
        node.membership_end(&operator, common, birch).await.unwrap();
    };
    assert!(!exported_while(&kit, leaves).await);
    let operator = kit.operator().await;
    kit.node
        .membership_set(&operator, common, kit.members["Birch"], true, false)
        .await
        .unwrap();
    let suspended = async |node: node::Node, birch| {
        let operator = node.local_caller("operator").await.unwrap();
        node.member_activate(&operator, birch, false).await.unwrap();
    };
    assert!(!exported_while(&kit, suspended).await);
}
