//! Finds the layout of an input by its first lines.

use super::json::Dialect;
use super::{Directive, Kind, Layout, zeek};

/// How many lines are looked at.
const LINES: usize = 40;

pub(super) fn detect(head: &[u8]) -> Layout {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .take(LINES);
    if let Some(layout) = by_header(lines.clone()) {
        return layout;
    }
    match lines.next() {
        Some(line) => of_line(line),
        None => Layout(Kind::Text),
    }
}

/// The layout that lines beginning with `#` at the top of an input declare.
fn by_header<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Layout> {
    let mut layout: Option<Layout> = None;
    for line in lines.take_while(|line| line.first() == Some(&b'#')) {
        match &layout {
            None if zeek::Header::begins(line) => {
                layout = Some(Layout::zeek(zeek::Header::default().with(line).unwrap_or_default()));
            }
            None => {}
            Some(known) => {
                if let Directive::Changes(next) = known.directive(line) {
                    layout = Some(next);
                }
            }
        }
    }
    layout
}

pub(super) fn of_line(line: &[u8]) -> Layout {
    let trimmed = line.trim_ascii_start();
    Layout(match trimmed {
        [b'{', ..] => Kind::Json(Dialect::of(trimmed)),
        _ => Kind::Text,
    })
}
