//! An event as one text, for whoever cannot take it piece by piece: what is sent in one request, or compared.

use policy::Viewer;

use super::shape::{EventInfo, EventShape};
use crate::error::Error;
use crate::node::Node;

impl Node {
    /// An event as MISP writes it, `{"Event": …}`; none where it has more bytes than that.
    pub(crate) async fn misp_event_text(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
        shape: &EventShape,
        most: usize,
    ) -> Result<Option<String>, Error> {
        let (sender, mut pieces) = tokio::sync::mpsc::channel(4);
        let writing = async {
            let written = self.misp_write_event(viewer, event, shape, &sender).await;
            drop(sender);
            written
        };
        let gathering = async {
            let mut text = Some(String::new());
            while let Some(piece) = pieces.recv().await {
                let Some(held) = &mut text else { break };
                if held.len() + piece.len() > most {
                    // Whoever writes finds nobody listening, and ends.
                    text = None;
                    pieces.close();
                } else {
                    held.push_str(&piece);
                }
            }
            text
        };
        let (written, text) = tokio::join!(writing, gathering);
        written?;
        Ok(text)
    }
}
