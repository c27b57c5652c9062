//! Finds the layout of an input by its first lines.

use super::columns::Table;
use super::json::Dialect;
use super::text::cut_by;
use super::{Directive, Kind, Layout, dns, pairs, squid, syslog, web, zeek};

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
    let counted = lines.clone().count();
    let Some(first) = lines.next() else {
        return Layout(Kind::Text);
    };
    if let Some(table) = Table::vpc(first) {
        return Layout::table(table);
    }
    let layout = of_line(first);
    if !matches!(layout.0, Kind::Text) {
        return layout;
    }
    if let Some(table) = Table::separated(first, lines.clone().next()) {
        return Layout::table(table);
    }
    // A log that was rotated begins with the rest of a line, a service with a banner: what most lines after it are, it is.
    let others: Vec<Layout> = lines
        .map(of_line)
        .filter(|layout| !matches!(layout.0, Kind::Text))
        .collect();
    let votes = |name: &str| others.iter().filter(|layout| layout.name() == name).count();
    let most = others.iter().max_by_key(|layout| votes(layout.name()));
    most.filter(|layout| votes(layout.name()) * 2 > counted.saturating_sub(1))
        .cloned()
        .unwrap_or(layout)
}

/// The layout that lines beginning with `#` at the top of an input declare.
fn by_header<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Layout> {
    let mut layout = None;
    for line in lines.take_while(|line| line.first() == Some(&b'#')) {
        let known = layout.as_ref().unwrap_or(&Layout(Kind::Text));
        if let Directive::Changes(next) = known.directive(line) {
            layout = Some(next);
        }
    }
    layout
}

/// The layout that a header line begins, whatever was before it.
pub(super) fn begun_by(line: &[u8]) -> Option<Layout> {
    if zeek::Header::begins(line) {
        return zeek::Header::default().with(line).map(Layout::zeek);
    }
    Table::w3c(line).map(Layout::table)
}

pub(super) fn of_line(line: &[u8]) -> Layout {
    let trimmed = line.trim_ascii_start();
    Layout(match trimmed {
        [b'{', ..] => Kind::Json(Dialect::of(trimmed)),
        [b'C', b'E', b'F', b':', ..] => Kind::Cef,
        [b'L', b'E', b'E', b'F', b':', ..] => Kind::Leef,
        _ if web::is_access(line) => Kind::Web,
        _ if squid::is_squid(line) => Kind::Squid,
        _ if dns::is_bind(line) && !syslog::is_syslog(line) => Kind::Bind,
        _ if unbound_query(line).is_some() => Kind::Unbound,
        _ if syslog::is_syslog(line) && is_pihole(line) => Kind::Pihole,
        _ if syslog::is_syslog(line) => Kind::Syslog,
        _ if pairs::are_pairs(line) => Kind::Pairs,
        _ => Kind::Text,
    })
}

/// Whether a line of syslog is one of dnsmasq's; Pi-hole's whole log is.
fn is_pihole(line: &[u8]) -> bool {
    cut_by(line, b" dnsmasq[").is_some_and(|(before, _)| before.len() < 100)
}

/// The query in a line of unbound's own log: `[1616161616] unbound[1234:0] info: 192.0.2.1 example.com. A IN`.
pub(super) fn unbound_query(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, query) = cut_by(line, b" info: ")?;
    (head.starts_with(b"[") && cut_by(head, b"unbound[").is_some() && dns::is_unbound(query)).then_some((head, query))
}
