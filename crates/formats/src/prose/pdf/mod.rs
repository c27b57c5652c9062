//! PDF documents: the text of their pages, under caps. Scripts, fields to fill in and attachments are not looked at.

mod broken;
mod page;

use lopdf::{Document, LoadOptions};
use stix::{Place, Problem};

use super::report;
use crate::{ReadOptions, Sink};

/// Most pages that are read.
const PAGES: usize = 2_000;
/// Most bytes that one page or stream may unpack to, and all text together.
const STREAM_BYTES: usize = 16 << 20;
const TEXT_BYTES: usize = 32 << 20;

/// Reads a document as a report.
pub fn read(document: &[u8], options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let load = LoadOptions {
        max_decompressed_size: Some(STREAM_BYTES),
        ..LoadOptions::default()
    };
    let document = match Document::load_mem_with_options(document, load) {
        Ok(document) => document,
        Err(error) => {
            let problem = Problem::error(
                "bad-pdf",
                Place::default(),
                format!("the PDF document cannot be read: {error}"),
            );
            sink.problem(problem.help("save it anew, or hand in its text"));
            return Ok(());
        }
    };
    if document.is_encrypted() {
        let problem = Problem::error("encrypted-pdf", Place::default(), "the PDF document is encrypted");
        sink.problem(problem.help("save it without a password, or hand in its text"));
        return Ok(());
    }
    let mut text = String::new();
    let mut unreadable = 0;
    let pages = document.get_pages();
    for page in pages.values().take(PAGES) {
        match page::text(&document, *page, STREAM_BYTES) {
            Ok((shown, left)) => {
                text.push_str(&shown);
                unreadable += left;
            }
            Err(_) => unreadable += 1,
        }
        text.push('\n');
        if text.len() > TEXT_BYTES {
            break;
        }
    }
    if pages.len() > PAGES || text.len() > TEXT_BYTES {
        let message =
            format!("only the first {PAGES} pages and {TEXT_BYTES} bytes of text of the PDF document are read");
        sink.problem(Problem::warning("pdf-too-long", Place::default(), message));
    }
    if unreadable > 0 {
        let message = format!("{unreadable} pieces of text of the PDF document cannot be read");
        sink.problem(Problem::warning("pdf-unreadable-text", Place::default(), message));
    }
    report::read(title(&document).as_deref(), &broken::joined(&text), options, sink)
}

/// The title that the document gives itself.
fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let (_, info) = document.dereference(info).ok()?;
    let title = info.as_dict().ok()?.get(b"Title").ok()?;
    lopdf::decode_text_string(title).ok()
}
