//! Says what an input is by its first bytes. Names and declared media types are never looked at.

use crate::objects::Shape;
use crate::{indicators, rules};

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A STIX bundle.
    StixBundle,
    /// A TAXII envelope.
    TaxiiEnvelope,
    /// One STIX object, or one on each line.
    StixObjects,
    /// A JSON list of STIX objects.
    StixList,
    /// A MISP event, list of events or answer of a MISP server.
    MispEvent,
    /// The manifest of a MISP feed.
    MispManifest,
    /// JSON that is none of these.
    OtherJson,
    /// A table of indicators.
    Csv,
    /// A list of indicators, one on each line.
    List,
    /// OpenIOC 1.0 or 1.1.
    OpenIoc,
    /// YARA rules.
    Yara,
    /// Sigma rules.
    Sigma,
    /// Suricata or Snort rules.
    Suricata,
    /// A web page.
    Html,
    /// A PDF document.
    Pdf,
    /// A mail (RFC 5322).
    Mail,
    /// Free text or Markdown.
    Text,
    /// XML that is none of these.
    OtherXml,
    /// Nothing but white space.
    Empty,
    /// Not text and nothing known.
    Binary,
}

impl Format {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StixBundle => "stix-bundle",
            Self::TaxiiEnvelope => "taxii-envelope",
            Self::StixObjects => "stix-objects",
            Self::StixList => "stix-list",
            Self::MispEvent => "misp-event",
            Self::MispManifest => "misp-manifest",
            Self::OtherJson => "json",
            Self::Csv => "csv",
            Self::List => "list",
            Self::OpenIoc => "openioc",
            Self::Yara => "yara",
            Self::Sigma => "sigma",
            Self::Suricata => "suricata",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Mail => "mail",
            Self::Text => "text",
            Self::OtherXml => "xml",
            Self::Empty => "empty",
            Self::Binary => "binary",
        }
    }
}

/// How many bytes [`detect`] wants to see, if there are so many.
pub const PEEK: usize = 64 << 10;

/// Says what the beginning of an unpacked input shows.
pub fn detect(head: &[u8]) -> Format {
    let head = &head[..head.len().min(PEEK)];
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = head
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e));
    let Some(start) = start else {
        // White space as far as can be seen: what follows, if anything, is for the reader of text to find.
        return if head.len() < PEEK { Format::Empty } else { Format::Text };
    };
    let body = &head[start..];
    if body.starts_with(b"%PDF-") {
        return Format::Pdf;
    }
    match body[0] {
        b'{' if starts_json_object(body) => return of_object(&Shape::of(body)),
        b'[' => {
            if let Some(format) = of_list(body) {
                return format;
            }
        }
        _ => {}
    }
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        // Cut within a character at the end of the peek, or another encoding: what is before tells enough.
        Err(error) => std::str::from_utf8(&body[..error.valid_up_to()]).unwrap_or_default(),
    };
    let control = body
        .iter()
        .filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31))
        .count();
    if control * 100 > body.len() || body.contains(&0) {
        return Format::Binary;
    }
    of_text(text)
}

fn starts_json_object(body: &[u8]) -> bool {
    matches!(
        body[1..].iter().find(|byte| !byte.is_ascii_whitespace()),
        Some(b'"' | b'}') | None
    )
}

fn of_object(shape: &Shape) -> Format {
    if let Some(object_type) = &shape.object_type
        && object_type == "bundle"
    {
        return Format::StixBundle;
    }
    let is_misp = shape.value("Event") == Some(b'{')
        || matches!(shape.value("response"), Some(b'[' | b'{'))
        || matches!(shape.value("Attribute"), Some(b'[' | b'{'));
    if is_misp && shape.object_type.is_none() {
        return Format::MispEvent;
    }
    if shape.object_type.is_none() && shape.is_container() {
        // A bundle whose `type` comes after its objects, out of view, looks like an envelope without its own keys.
        let is_envelope = shape.value("more").is_some() || shape.value("next").is_some() || shape.end.is_some();
        return if is_envelope {
            Format::TaxiiEnvelope
        } else {
            Format::StixBundle
        };
    }
    let is_uuid = |key: &str| key.len() == 36 && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !shape.keys.is_empty() && shape.keys.iter().all(|(key, first)| is_uuid(key) && *first == b'{') {
        return Format::MispManifest;
    }
    if shape.object_type.is_some() || shape.value("type") == Some(b'"') {
        return Format::StixObjects;
    }
    Format::OtherJson
}

fn of_list(body: &[u8]) -> Option<Format> {
    let inner = body[1..]
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .map(|at| &body[1 + at..]);
    match inner {
        Some(inner) if inner.first() == Some(&b'{') && starts_json_object(inner) => {
            Some(match of_object(&Shape::of(inner)) {
                Format::MispEvent => Format::MispEvent,
                Format::OtherJson => Format::OtherJson,
                _ => Format::StixList,
            })
        }
        Some(inner) if inner.first() == Some(&b']') && inner[1..].iter().all(u8::is_ascii_whitespace) => {
            Some(Format::StixList)
        }
        _ => None,
    }
}

fn of_text(text: &str) -> Format {
    if text.starts_with('<') {
        return of_markup(text);
    }
    if is_mail(text) {
        return Format::Mail;
    }
    if rules::yara::starts(text) {
        return Format::Yara;
    }
    if rules::suricata::is_rules(text) {
        return Format::Suricata;
    }
    if rules::sigma::is_rules(text) {
        return Format::Sigma;
    }
    if indicators::table::sniff(text).is_some_and(|table| table.has_header) {
        return Format::Csv;
    }
    if share_of_indicators(text) {
        return Format::List;
    }
    if indicators::table::sniff(text).is_some() {
        return Format::Csv;
    }
    Format::Text
}

/// Whether a text begins with the header of a mail: fields only, of which some belong to every mail, up to an empty line.
fn is_mail(text: &str) -> bool {
    const FIELDS: [&str; 9] = [
        "from",
        "to",
        "date",
        "subject",
        "message-id",
        "mime-version",
        "received",
        "return-path",
        "content-type",
    ];
    let mut known = 0;
    let (mut has_from, mut has_end) = (false, false);
    // A mailbox file separates its mails by lines that begin with "From ".
    for line in text.lines().skip(usize::from(text.starts_with("From "))).take(400) {
        if line.is_empty() {
            has_end = true;
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            return false;
        };
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name {
            return false;
        }
        let name = name.to_ascii_lowercase();
        has_from |= matches!(name.as_str(), "from" | "received" | "return-path");
        known += usize::from(FIELDS.contains(&name.as_str()));
    }
    has_end && has_from && known >= 3
}

/// Whether at least half of the lines that are not comments are one indicator each.
fn share_of_indicators(text: &str) -> bool {
    const LINES: usize = 400;
    let (mut lines, mut indicators) = (0, 0);
    for line in text.lines().filter_map(indicators::list::Line::read).take(LINES) {
        lines += 1;
        indicators += usize::from(line.is_indicator());
    }
    indicators > 0 && indicators * 2 >= lines
}

fn of_markup(text: &str) -> Format {
    let mut rest = text;
    // Past the declaration, comments and document type to the first element.
    for _ in 0..64 {
        rest = rest.trim_start();
        let (open, close) = if rest.starts_with("<?") {
            ("<?", "?>")
        } else if rest.starts_with("<!--") {
            ("<!--", "-->")
        } else if rest
            .get(..14)
            .is_some_and(|head| head.eq_ignore_ascii_case("<!doctype html"))
        {
            return Format::Html;
        } else if rest.starts_with("<!") {
            let subset = rest
                .find('[')
                .zip(rest.find('>'))
                .is_some_and(|(open, close)| open < close);
            ("<!", if subset { "]>" } else { ">" })
        } else {
            break;
        };
        match rest[open.len()..].find(close) {
            Some(end) => rest = &rest[open.len() + end + close.len()..],
            None => return Format::OtherXml,
        }
    }
    let name: String = rest
        .trim_start_matches('<')
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.'))
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase();
    let local = name.rsplit(':').next().unwrap_or_default();
    let open_ioc = matches!(local, "ioc" | "openioc" | "indicators" | "iocs")
        && (text.contains("openioc") || text.contains("mandiant") || text.contains("<Indicator "));
    const HTML: [&str; 22] = [
        "html", "head", "body", "div", "p", "article", "main", "section", "h1", "h2", "h3", "span", "table", "ul",
        "ol", "a", "meta", "title", "style", "script", "header", "pre",
    ];
    if open_ioc {
        Format::OpenIoc
    } else if HTML.contains(&local) {
        Format::Html
    } else if rest.starts_with('<') && !local.is_empty() {
        Format::OtherXml
    } else {
        Format::Text
    }
}
