//! Rows of a kind to their end, some at a time.

use policy::Viewer;
use store::{MispKind, MispRow, MispSource};

use crate::error::Error;
use crate::node::Node;

/// A scan of what a viewer sees, which goes on where it was.
pub(super) struct Scan<'s> {
    node: &'s Node,
    viewer: &'s Viewer,
    source: MispSource,
    kind: MispKind,
    chunk: usize,
    /// After which number it goes on; nothing when it is at its end.
    after: Option<i64>,
}

impl Scan<'_> {
    /// The next rows, which may be none; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<MispRow>>, Error> {
        let Some(after) = self.after else { return Ok(None) };
        let page = self
            .node
            .store()
            .misp_scan(self.viewer, &self.source, self.kind, after, self.chunk)
            .await?;
        self.after = page.next;
        Ok(Some(page.rows))
    }
}

impl Node {
    /// All rows of a kind from a source, `chunk` of them read together.
    pub(super) fn misp_every<'s>(
        &'s self,
        viewer: &'s Viewer,
        source: MispSource,
        kind: MispKind,
        chunk: usize,
    ) -> Scan<'s> {
        Scan {
            node: self,
            viewer,
            source,
            kind,
            chunk,
            after: Some(0),
        }
    }
}
