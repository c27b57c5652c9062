//! Listings of a bucket, page by page (ListObjectsV2), and what errors say.

use std::collections::VecDeque;
use std::io::Read as _;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use reqwest::StatusCode;
use stix::Problem;

use super::{ANSWER_BYTES, Bucket};

/// One object of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Its key, from the top of the bucket.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Names its version.
    pub tag: String,
    /// When it was written, as the endpoint says it.
    pub modified: String,
}

/// One page of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    objects: VecDeque<Object>,
    /// Where the next page begins.
    next: Option<String>,
}

pub(super) struct Listing {
    bucket: Bucket,
    prefix: String,
    page: Page,
    ended: bool,
}

impl Listing {
    pub fn new(bucket: Bucket, prefix: String) -> Self {
        Self {
            bucket,
            prefix,
            page: Page::default(),
            ended: false,
        }
    }

    fn turn(&mut self) -> Result<(), Problem> {
        let next = self.page.next.take();
        let mut query = vec![("list-type", "2"), ("encoding-type", "url"), ("prefix", &self.prefix)];
        query.extend(next.as_deref().map(|next| ("continuation-token", next)));
        let path = format!("/{}/", self.bucket.0.settings.bucket);
        let response = self
            .bucket
            .get(&path, &query, &[])
            .map_err(|error| self.bucket.unreachable(&error))?;
        if response.status() != StatusCode::OK {
            return Err(self.bucket.refused("", response));
        }
        let mut text = Vec::new();
        response
            .take(ANSWER_BYTES)
            .read_to_end(&mut text)
            .map_err(|error| self.bucket.broken("", &error))?;
        self.page = page(&text).map_err(|why| {
            let message = format!("the listing is not what S3 gives: {why}");
            Problem::error("bad-listing", self.bucket.place(""), message).help("is the endpoint one of S3?")
        })?;
        if next.is_some() && self.page.next == next {
            let message = "the listing comes to the same page again";
            return Err(
                Problem::error("bad-listing", self.bucket.place(""), message).help("is the endpoint one of S3?")
            );
        }
        Ok(())
    }
}

impl Iterator for Listing {
    type Item = Result<Object, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(object) = self.page.objects.pop_front() {
                return Some(Ok(object));
            }
            if self.ended {
                return None;
            }
            let turned = self.turn();
            self.ended = turned.is_err() || self.page.next.is_none();
            if let Err(problem) = turned {
                return Some(Err(problem));
            }
        }
    }
}

fn page(text: &[u8]) -> Result<Page, String> {
    let mut page = Page::default();
    let mut truncated = false;
    let mut known = false;
    let mut current: Option<Object> = None;
    elements(text, |path, value| match (path, value) {
        (["ListBucketResult"], None) => known = true,
        (["ListBucketResult", "Contents"], None) => page.objects.extend(current.take().map(decoded)),
        (["ListBucketResult", "IsTruncated"], Some(value)) => truncated = value == "true",
        (["ListBucketResult", "NextContinuationToken"], Some(value)) => page.next = Some(value),
        (["ListBucketResult", "Contents", name], Some(value)) => {
            let object = current.get_or_insert_default();
            match *name {
                "Key" => object.key = value,
                "Size" => object.size = value.parse().unwrap_or(0),
                "ETag" => object.tag = value,
                "LastModified" => object.modified = value,
                _ => {}
            }
        }
        _ => {}
    })?;
    if !known {
        return Err("no ListBucketResult".to_owned());
    }
    page.next = page.next.filter(|_| truncated);
    Ok(page)
}

/// Code and message of an error, for the end of a sentence.
pub(super) fn error_said(text: &[u8]) -> String {
    let (mut code, mut message) = (String::new(), String::new());
    let read = elements(text, |path, value| match (path, value) {
        (["Error", "Code"], Some(value)) => code = value,
        (["Error", "Message"], Some(value)) => message = value,
        _ => {}
    });
    if read.is_err() || code.is_empty() {
        return String::new();
    }
    let said = format!(": {code}, {message}");
    said.chars().filter(|letter| !letter.is_control()).take(300).collect()
}

/// Calls with the names of the elements around each text, and with none at each end.
fn elements(text: &[u8], mut each: impl FnMut(&[&str], Option<String>)) -> Result<(), String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_str(text);
    let mut names: Vec<String> = Vec::new();
    let mut value = String::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                if names.len() == 16 {
                    return Err("elements deeper than 16, the limit".to_owned());
                }
                names.push(start.local_name().as_ref().to_owned());
                value.clear();
            }
            Event::Text(piece) => value.push_str(&piece),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok().flatten() {
                Some(letter) => value.push(letter),
                None => value.push_str(resolve_predefined_entity(&reference).unwrap_or("\u{fffd}")),
            },
            Event::End(_) => {
                let path: Vec<&str> = names.iter().map(String::as_str).collect();
                each(&path, Some(std::mem::take(&mut value)));
                each(&path, None);
                names.pop();
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn decoded(mut object: Object) -> Object {
    let mut bytes = Vec::with_capacity(object.key.len());
    let mut rest = object.key.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = pair
            .and_then(|pair| hex::decode(pair).ok())
            .and_then(|byte| byte.first().copied());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    object.key = String::from_utf8_lossy(&bytes).into_owned();
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_objects_and_where_the_next_begins() {
        let text =
            br#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
            <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>
            <Contents><Key>logs/a%20b%2B.gz</Key><Size>12</Size><ETag>"x"</ETag><Owner><ID>z</ID></Owner></Contents>
            <Contents><Key>logs/c</Key><Size>0</Size></Contents></ListBucketResult>"#;
        let page = page(text).unwrap();
        assert_eq!(page.next.as_deref(), Some("a&b="));
        let keys: Vec<_> = page
            .objects
            .iter()
            .map(|object| (object.key.as_str(), object.size))
            .collect();
        assert_eq!(keys, [("logs/a b+.gz", 12), ("logs/c", 0)]);
    }

    #[test]
    fn what_is_no_listing_is_refused_and_errors_are_quoted() {
        assert!(page(b"<html>").is_err());
        assert!(page(b"").is_err());
        assert_eq!(
            error_said(b"<Error><Code>NoSuchKey</Code><Message>It is not there.</Message></Error>"),
            ": NoSuchKey, It is not there."
        );
        assert_eq!(error_said(b"oops"), "");
    }
}
