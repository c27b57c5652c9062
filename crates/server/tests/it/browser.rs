//! Somebody in a browser: signed in by a cookie, sending forms as pages of this host do.

use stix::Timestamp;

use super::kit::{Answer, Kit};

/// A browser in which somebody is signed in.
pub struct Browser<'k> {
    kit: &'k Kit,
    token: String,
    session: store::CredentialId,
}

/// What stands between the parts of a form with a file.
const BOUNDARY: &str = "----aBoundaryThatNoTestContains";

impl<'k> Browser<'k> {
    pub async fn of(kit: &'k Kit, login: &str) -> Self {
        let (token, session) = kit.session(login).await;
        Self { kit, token, session }
    }

    fn headers(&self, kind: Option<&str>) -> Vec<(String, String)> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![
            header("Cookie", &format!("__Host-commonwatch={}", self.token)),
            header("Sec-Fetch-Site", "same-origin"),
            header("Accept", "text/html"),
        ];
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
        let headers = self.headers(Some("application/x-www-form-urlencoded"));
        let body = form::encoded(fields);
        self.kit.send("POST", path, &headers, Some(body.as_bytes())).await
    }

    /// Sends a form with a file.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, file: (&str, &[u8])) -> Answer {
        let headers = self.headers(Some(&format!("multipart/form-data; boundary={BOUNDARY}")));
        let body = form::multipart(BOUNDARY, fields, name, file);
        self.kit.send("POST", path, &headers, Some(&body)).await
    }

    /// Sends a form that is taken, and reads the page that one is sent to.
    pub async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        self.read(answer.header("location").unwrap()).await
    }

    /// Makes what its person showed so old that it is asked for again.
    pub async fn forget_proof(&self, login: &str) {
        let caller = self.kit.node.local_caller(login).await.unwrap();
        let long_ago = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
        let store = self.kit.node.store();
        store
            .session_prove(&caller.principal, self.session, long_ago)
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
    pub fn encoded(fields: &[(&str, &str)]) -> String {
        let one = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", one(value)))
            .collect();
        pairs.join("&")
    }

    pub fn multipart(boundary: &str, fields: &[(&str, &str)], name: &str, file: (&str, &[u8])) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
            file.0
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file.1);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
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
