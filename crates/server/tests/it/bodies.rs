//! Bodies in and out: byte for byte, compressed, chunked, too large.

use std::io::{Read as _, Write as _};

use super::kit::{Kit, Wish, id, indicator};

const OBJECTS: &str = "/commonwatch/collections/common/objects/";

fn headers(kit: &Kit, extra: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut headers = vec![
        (
            "Authorization".to_owned(),
            kit.authorization("alder-contributor").unwrap(),
        ),
        (
            "Content-Type".to_owned(),
            "application/taxii+json;version=2.1".to_owned(),
        ),
    ];
    headers.extend(
        extra
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    headers
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn envelope(objects: &[String]) -> String {
    format!("{{\"objects\":[{}]}}", objects.join(","))
}

#[tokio::test]
async fn an_object_comes_back_byte_for_byte() {
    let kit = Kit::start().await;
    let object = format!(
        "{{ \"zebra\" : 1.50e+2,\"type\":\"x-example-thing\",\n\t\"spec_version\":\"2.1\",\"id\":\"{}\",\"created\":\"2024-01-01T00:00:00.000000Z\",\
         \"modified\":\"2024-01-01T00:00:00.000000Z\",\"apple\":[1.0,-0,1e40],\"text\":\"caf\\u00e9 \\/ \u{1f30d}\" }}",
        id("x-example-thing", 9)
    );
    kit.share("alder-contributor", "common", std::slice::from_ref(&object))
        .await;
    let answer = kit.get("birch-reader", OBJECTS).await;
    assert_eq!(answer.text(), format!("{{\"more\":false,\"objects\":[{object}]}}"));
    assert_eq!(
        answer.header("content-length"),
        Some(answer.body.len().to_string().as_str())
    );
}

#[tokio::test]
async fn a_chunked_body_is_taken() {
    let kit = Kit::start().await;
    let body = envelope(&[indicator(1, "Chunked")]);
    let (one, other) = body.split_at(20);
    let chunked = format!("14\r\n{one}\r\n{:x}\r\n{other}\r\n0\r\n\r\n", other.len());
    let answer = kit
        .send(
            "POST",
            OBJECTS,
            &headers(&kit, &[("Transfer-Encoding", "chunked")]),
            Some(chunked.as_bytes()),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()["success_count"].as_u64()),
        (202, Some(1)),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn a_compressed_body_is_taken() {
    let kit = Kit::start().await;
    let body = packed(envelope(&[indicator(1, "Packed")]).as_bytes());
    let answer = kit
        .send(
            "POST",
            OBJECTS,
            &headers(&kit, &[("Content-Encoding", "gzip")]),
            Some(&body),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()["success_count"].as_u64()),
        (202, Some(1)),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn broken_and_unknown_compression_is_refused() {
    let kit = Kit::start().await;
    let answer = kit
        .send(
            "POST",
            OBJECTS,
            &headers(&kit, &[("Content-Encoding", "gzip")]),
            Some(b"{}"),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()["error_code"].as_str()),
        (400, Some("bad-gzip"))
    );
    let answer = kit
        .send(
            "POST",
            OBJECTS,
            &headers(&kit, &[("Content-Encoding", "br")]),
            Some(b"{}"),
        )
        .await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn the_limit_that_is_advertised_is_the_limit_that_holds() {
    let kit = Kit::start_with(Wish {
        settings: |settings| settings.request_bytes = 2_000,
        ..Wish::default()
    })
    .await;
    let advertised = kit.get("alder-reader", "/commonwatch/").await.json()["max_content_length"]
        .as_u64()
        .unwrap();
    assert_eq!(advertised, 2_000);
    let mut body = envelope(&[indicator(1, "At the limit")]);
    body.push_str(&" ".repeat(2_000 - body.len()));
    let answer = kit
        .send("POST", OBJECTS, &headers(&kit, &[]), Some(body.as_bytes()))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    body.push(' ');
    let over = kit
        .send("POST", OBJECTS, &headers(&kit, &[]), Some(body.as_bytes()))
        .await;
    assert_eq!((over.status, over.json()["http_status"].as_str()), (413, Some("413")));
    let packed = packed(&vec![b' '; 5_000_000]);
    assert!(packed.len() < 50_000);
    let bomb = kit
        .send(
            "POST",
            OBJECTS,
            &headers(&kit, &[("Content-Encoding", "gzip")]),
            Some(&packed),
        )
        .await;
    assert_eq!(bomb.status, 413);
    let chunked = format!("BB8\r\n{}\r\n0\r\n\r\n", " ".repeat(3_000));
    let answer = kit
        .send(
            "POST",
            OBJECTS,
            &headers(&kit, &[("Transfer-Encoding", "chunked")]),
            Some(chunked.as_bytes()),
        )
        .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_large_answer_is_compressed_when_asked_and_a_tiny_one_never() {
    let kit = Kit::start().await;
    let objects: Vec<String> = (1..=20).map(|number| indicator(number, "Compressed")).collect();
    kit.share("alder-contributor", "common", &objects).await;
    let plain = kit.get("alder-reader", OBJECTS).await;
    assert_eq!(plain.header("content-encoding"), None);
    let asks = headers(&kit, &[("Accept-Encoding", "gzip, deflate")]);
    let small = kit.send("GET", OBJECTS, &asks, None).await;
    assert_eq!(small.header("content-encoding"), Some("gzip"));
    let mut text = Vec::new();
    flate2::bufread::MultiGzDecoder::new(&small.body[..])
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, plain.body);
    assert!(small.body.len() * 3 < plain.body.len());
    assert!(
        small
            .header("vary")
            .is_some_and(|vary| vary.contains("accept-encoding"))
    );
    let tiny = kit
        .send("GET", &format!("{OBJECTS}?match[type]=campaign"), &asks, None)
        .await;
    assert_eq!(tiny.header("content-encoding"), None);
}
