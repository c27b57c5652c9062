//! Somebody in a browser: signed in by a cookie or a stranger, sending forms as pages of this host do.

use stix::Timestamp;

use super::kit::{Answer, Kit};
use form::Part;

/// A browser in which somebody is signed in; or a stranger's.
pub struct Browser<'k> {
    kit: &'k Kit,
    session: Option<(String, store::CredentialId)>,
}

/// What stands between the parts of a form with a file.
const BOUNDARY: &str = "----aBoundaryThatNoTestContains";

impl<'k> Browser<'k> {
    pub async fn of(kit: &'k Kit, login: &str) -> Self {
        Self {
            kit,
            session: Some(kit.session(login).await),
        }
    }

    pub fn stranger(kit: &'k Kit) -> Self {
        Self { kit, session: None }
    }

    pub fn session(&self) -> store::CredentialId {
        self.session.as_ref().unwrap().1
    }

    pub fn token(&self) -> &str {
        self.session.as_ref().map_or("", |(token, _)| token)
    }

    fn headers(&self, kind: Option<&str>) -> Vec<(String, String)> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![header("Sec-Fetch-Site", "same-origin"), header("Accept", "text/html")];
        if self.session.is_some() {
            headers.push(header("Cookie", &format!("__Host-commonwatch={}", self.token())));
        }
        headers.extend(kind.map(|kind| header("Content-Type", kind)));
        headers
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.kit.send("GET", path, &self.headers(None), None).await
    }

    /// A page that there is.
    pub async fn read(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_text(path, &form::encoded(fields)).await
    }

    /// The same of a form that is encoded already.
    pub async fn post_text(&self, path: &str, form: &str) -> Answer {
        let headers = self.headers(Some("application/x-www-form-urlencoded"));
        self.kit.send("POST", path, &headers, Some(form.as_bytes())).await
    }

    /// Sends a form with a file.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, file: (&str, &[u8])) -> Answer {
        let mut parts: Vec<Part> = fields
            .iter()
            .map(|(name, value)| (*name, None, value.as_bytes()))
            .collect();
        parts.push((name, Some(file.0), file.1));
        self.upload_parts(path, &parts).await
    }

    /// Sends a form of these parts: each with its name, that of its file, and its content.
    pub async fn upload_parts(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        let headers = self.headers(Some(&format!("multipart/form-data; boundary={BOUNDARY}")));
        let body = form::multipart(BOUNDARY, parts);
        self.kit.send("POST", path, &headers, Some(&body)).await
    }

    /// Sends a form that is taken, and gives the page that one is sent to.
    pub async fn change(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.change_text(path, &form::encoded(fields)).await
    }

    /// The same of a form that is encoded already.
    pub async fn change_text(&self, path: &str, form: &str) -> Answer {
        let answer = self.post_text(path, form).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        let page = self.get(answer.header("location").unwrap()).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page
    }

    /// Sends a form that is taken, and reads the page that one is sent to.
    pub async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        self.change(path, fields).await.text()
    }

    /// Makes what its person showed so old that it is asked for again.
    pub async fn forget_proof(&self, login: &str) {
        let caller = self.kit.node.local_caller(login).await.unwrap();
        let long_ago = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
        let store = self.kit.node.store();
        store
            .session_prove(&caller.principal, self.session(), long_ago)
            .await
            .unwrap();
    }
}

impl Answer {
    /// Fails where a page does not say something.
    pub fn says(&self, text: &str) {
        assert!(self.text().contains(text), "no '{text}' in {}", self.text());
    }
}

/// Forms and pages as text.
pub mod form {
    /// A part of a form with files: its name, that of its file, its content.
    pub type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

    pub fn encoded(fields: &[(&str, &str)]) -> String {
        let one = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", one(value)))
            .collect();
        pairs.join("&")
    }

    pub fn multipart(boundary: &str, parts: &[Part<'_>]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let of_file = file.map_or_else(String::new, |file| {
                format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream")
            });
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{of_file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        body
    }

    /// The first link of a page that begins so.
    pub fn first_link(page: &str, beginning: &str) -> String {
        let from = page
            .find(&format!("href=\"{beginning}"))
            .unwrap_or_else(|| panic!("no link to {beginning} in {page}"));
        let rest = &page[from + "href=\"".len()..];
        rest.split('"').next().unwrap().to_owned()
    }
}
