//! What one line tells, before it is written, and what of it is on a list.

use super::index::Index;

/// The log that a line belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Connections.
    #[default]
    Conn,
    /// Questions and answers of DNS.
    Dns,
    /// Requests of HTTP.
    Http,
    /// TLS handshakes.
    Ssl,
    /// Files that passed.
    Files,
}

/// What one line tells. The values that its log does not have are empty.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The log.
    pub kind: Kind,
    /// Who began.
    pub from: u32,
    /// Who was called.
    pub to: u32,
    /// The name asked for, of the host, of the server.
    pub name: String,
    /// Path and query.
    pub path: String,
    /// Addresses that DNS answered.
    pub answers: Vec<u32>,
    /// SHA-256 of the file.
    pub hash: String,
    /// Number of the server's certificate.
    pub certificate: u64,
    /// Whether slashes are written as `\/`, as some programs write JSON.
    pub escaped: bool,
}

impl Scene {
    /// Empties it, to be filled again.
    pub fn clear(&mut self) {
        self.name.clear();
        self.path.clear();
        self.answers.clear();
        self.hash.clear();
        self.escaped = false;
    }

    /// What of it is on a list: values of the list, ascending, each once.
    pub fn hits(&self, index: &Index) -> Vec<String> {
        let mut hits = Vec::new();
        index.address(self.from, &mut hits);
        index.address(self.to, &mut hits);
        for answer in &self.answers {
            index.address(*answer, &mut hits);
        }
        if !self.name.is_empty() {
            index.name(&self.name, &mut hits);
        }
        if self.kind == Kind::Http {
            index.request(&self.name, &self.path, &mut hits);
        }
        if !self.hash.is_empty() {
            index.hash(&self.hash, &mut hits);
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}
