//! Documents and tables of office programs (Office Open XML, OpenDocument): their text, or their rows, and nothing else of
//! them. Macros, links and pictures are not looked at.
//!
//! A document becomes a text that is read as a report; each sheet of a table becomes lines that are read as a table or list.

use std::collections::BTreeMap;
use std::io::Cursor;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use stix::{Place, Problem};

/// Bytes of one part of a document after unpacking.
pub(crate) const PART_BYTES: u64 = 64 << 20;
/// Levels of elements.
const DEPTH: usize = 256;
/// Bytes of text of a document or sheet.
const TEXT_BYTES: usize = 32 << 20;
/// Cells that one row may say are empty or the same.
const REPEATED: usize = 64;

/// What an archive is, where it is a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Word processing, Office Open XML.
    Docx,
    /// A table, Office Open XML.
    Xlsx,
    /// Word processing, OpenDocument.
    Odt,
    /// A table, OpenDocument.
    Ods,
}

impl Kind {
    /// What the names in an archive show.
    pub fn of(archive: &[u8]) -> Option<Self> {
        let zip = zip::ZipArchive::new(Cursor::new(archive)).ok()?;
        let has = |name: &str| zip.index_for_name(name).is_some();
        if has("[Content_Types].xml") {
            return match (has("word/document.xml"), has("xl/workbook.xml")) {
                (true, _) => Some(Self::Docx),
                (_, true) => Some(Self::Xlsx),
                _ => None,
            };
        }
        // OpenDocument 1.3, part 2, section 3.3: the first member says what it is, and is not packed.
        let starts = |kind: &[u8]| memchr::memmem::find(&archive[..archive.len().min(200)], kind).is_some();
        if !has("content.xml") {
            None
        } else if starts(b"opendocument.text") {
            Some(Self::Odt)
        } else {
            starts(b"opendocument.spreadsheet").then_some(Self::Ods)
        }
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Odt => "odt",
            Self::Ods => "ods",
        }
    }

    /// Whether a part of the archive is needed.
    pub fn needs(self, part: &str) -> bool {
        match self {
            Self::Docx => part == "word/document.xml",
            Self::Odt | Self::Ods => part == "content.xml",
            Self::Xlsx => {
                let is_sheet = part.starts_with("xl/worksheets/") && part.ends_with(".xml");
                is_sheet || part == "xl/sharedStrings.xml"
            }
        }
    }

    /// The texts of a document: one, or one for each sheet.
    ///
    /// # Errors
    /// When a part is no good XML, or nests too deep.
    pub fn texts(self, parts: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>, Problem> {
        let part = |name: &str| parts.get(name).map_or(&[][..], Vec::as_slice);
        match self {
            Self::Docx => Ok(vec![written(part("word/document.xml"))?]),
            Self::Odt => Ok(vec![written(part("content.xml"))?]),
            Self::Ods => sheets_of_opendocument(part("content.xml")),
            Self::Xlsx => {
                let shared = shared_strings(part("xl/sharedStrings.xml"))?;
                let sheets = parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/"));
                sheets.map(|(_, xml)| sheet(xml, &shared)).collect()
            }
        }
    }
}

fn broken(error: impl std::fmt::Display) -> Problem {
    let message = format!("the document cannot be read: {error}");
    Problem::error("bad-document", Place::default(), message).help("save it anew, or hand in its text")
}

/// What a part says, element by element.
enum Piece<'x> {
    Start(&'x str, &'x BytesStart<'x>),
    End(&'x str),
    Text(&'x str),
}

/// Walks through a part. Document types are refused: nothing is fetched or expanded.
fn walk(xml: &[u8], each: &mut dyn FnMut(Piece<'_>)) -> Result<(), Problem> {
    let text = std::str::from_utf8(xml).map_err(broken)?;
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(broken)? {
            Event::Eof => return Ok(()),
            Event::DocType(_) => return Err(broken("it has a document type declaration, which is not allowed")),
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(broken(format!("it has more than {DEPTH} levels, the limit")));
                }
                each(Piece::Start(element.local_name().as_ref(), &element));
            }
            Event::Empty(element) => {
                each(Piece::Start(element.local_name().as_ref(), &element));
                each(Piece::End(element.local_name().as_ref()));
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                each(Piece::End(element.local_name().as_ref()));
            }
            Event::Text(text) => each(Piece::Text(&text)),
            Event::CData(text) => each(Piece::Text(&text)),
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                let letter = reference.resolve_char_ref().ok().flatten();
                match (letter, quick_xml::escape::resolve_predefined_entity(name)) {
                    (Some(letter), _) => each(Piece::Text(letter.encode_utf8(&mut [0; 4]))),
                    (None, Some(text)) => each(Piece::Text(text)),
                    (None, None) => {}
                }
            }
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut all = attributes.with_checks(false).flatten().take(64);
    let found = all.find(|one| one.key.local_name().as_ref() == wanted)?;
    let value = quick_xml::escape::unescape(&found.value).ok()?;
    Some(value.into_owned())
}

/// The text of a word processor, a line for each paragraph and row.
fn written(xml: &[u8]) -> Result<String, Problem> {
    let mut out = String::new();
    // In Office Open XML only `t` holds text; in OpenDocument whatever stands in a paragraph does.
    let (mut in_text, mut in_paragraph) = (0_usize, 0_usize);
    let is_ooxml = memchr::memmem::find(xml, b"wordprocessingml").is_some();
    walk(xml, &mut |piece| match piece {
        _ if out.len() > TEXT_BYTES => {}
        Piece::Start("t", _) => in_text += 1,
        Piece::End("t") => in_text = in_text.saturating_sub(1),
        Piece::Start("p" | "h", _) => in_paragraph += 1,
        Piece::End("p" | "h") => {
            in_paragraph = in_paragraph.saturating_sub(1);
            out.push('\n');
        }
        Piece::Start("tab", _) => out.push('\t'),
        Piece::Start("br" | "line-break", _) => out.push('\n'),
        Piece::Start("s", _) => out.push(' '),
        Piece::Text(text) if in_text > 0 || (!is_ooxml && in_paragraph > 0) => out.push_str(text),
        _ => {}
    })?;
    Ok(out)
}

/// The texts that cells of a workbook refer to by number.
fn shared_strings(xml: &[u8]) -> Result<Vec<String>, Problem> {
    let (mut all, mut current, mut in_text) = (Vec::new(), String::new(), false);
    if xml.is_empty() {
        return Ok(all);
    }
    walk(xml, &mut |piece| match piece {
        Piece::Start("t", _) => in_text = true,
        Piece::End("t") => in_text = false,
        Piece::Text(text) if in_text => current.push_str(text),
        Piece::End("si") => all.push(std::mem::take(&mut current)),
        _ => {}
    })?;
    Ok(all)
}

/// Rows on their way to lines with commas.
#[derive(Default)]
struct Rows {
    out: String,
    row: Vec<String>,
}

impl Rows {
    fn cell(&mut self, column: usize, text: &str) {
        // A row that begins far to the right is filled up, but not for ever.
        while self.row.len() < column.min(self.row.len() + REPEATED) {
            self.row.push(String::new());
        }
        self.row.push(text.to_owned());
    }

    fn end(&mut self) {
        let row = std::mem::take(&mut self.row);
        if row.iter().all(|cell| cell.trim().is_empty()) || self.out.len() > TEXT_BYTES {
            return;
        }
        let quoted = |cell: &String| match cell.contains([',', '"', '\n', '\r', ';', '\t']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        };
        let cells: Vec<String> = row.iter().map(quoted).collect();
        self.out.push_str(&cells.join(","));
        self.out.push('\n');
    }
}

/// The rows of a sheet of a workbook (ECMA-376, part 1, section 18.3).
fn sheet(xml: &[u8], shared: &[String]) -> Result<String, Problem> {
    let mut rows = Rows::default();
    let (mut kind, mut column, mut value, mut in_value) = (String::new(), 0, String::new(), false);
    walk(xml, &mut |piece| match piece {
        Piece::Start("c", element) => {
            kind = attribute(element, "t").unwrap_or_default();
            column = attribute(element, "r")
                .and_then(|place| column_of(&place))
                .unwrap_or(rows.row.len());
            value.clear();
        }
        Piece::Start("v" | "t", _) => in_value = true,
        Piece::End("v" | "t") => in_value = false,
        Piece::Text(text) if in_value => value.push_str(text),
        Piece::End("c") => {
            let text = match kind.as_str() {
                "s" => value
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|at: usize| shared.get(at))
                    .map_or("", String::as_str),
                _ => value.as_str(),
            };
            rows.cell(column, text);
        }
        Piece::End("row") => rows.end(),
        _ => {}
    })?;
    Ok(rows.out)
}

/// The number of a column by its letters, as in `AB12`.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters
        .take(3)
        .fold(0, |number, letter| number * 26 + usize::from(letter - b'A') + 1);
    number.checked_sub(1)
}

/// The rows of each sheet of an OpenDocument table.
fn sheets_of_opendocument(xml: &[u8]) -> Result<Vec<String>, Problem> {
    let mut sheets = Vec::new();
    let mut rows = Rows::default();
    let (mut value, mut repeated, mut in_cell) = (String::new(), 1, false);
    walk(xml, &mut |piece| match piece {
        Piece::Start("table-cell" | "covered-table-cell", element) => {
            let many = attribute(element, "number-columns-repeated").and_then(|text| text.parse().ok());
            (repeated, in_cell) = (many.unwrap_or(1).min(REPEATED), true);
            value.clear();
        }
        Piece::Text(text) if in_cell => value.push_str(text),
        Piece::End("p") if in_cell => value.push(' '),
        Piece::End("table-cell" | "covered-table-cell") => {
            in_cell = false;
            for _ in 0..repeated {
                let next = rows.row.len();
                rows.cell(next, value.trim());
            }
        }
        Piece::End("table-row") => rows.end(),
        Piece::End("table") => sheets.push(std::mem::take(&mut rows.out)),
        _ => {}
    })?;
    Ok(sheets)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{Cursor, Write as _};

    use super::{Kind, column_of};

    fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(*name, stored).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn texts(kind: Kind, parts: &[(&str, &str)]) -> Vec<String> {
        let parts: BTreeMap<_, _> = parts
            .iter()
            .filter(|(name, _)| kind.needs(name))
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        kind.texts(&parts).unwrap()
    }

    #[test]
    fn a_workbook_becomes_lines() {
        let parts = [
            ("[Content_Types].xml", "<Types/>"),
            ("xl/workbook.xml", "<workbook/>"),
            (
                "xl/sharedStrings.xml",
                "<sst><si><t>value</t></si><si><r><t>evil</t></r><r><t>.example, &amp;c</t></r></si></sst>",
            ),
            (
                "xl/worksheets/sheet1.xml",
                r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>note</t></is></c></row>
                <row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>7</v></c></row><row r="3"><c r="A3"/></row></sheetData></worksheet>"#,
            ),
        ];
        assert_eq!(Kind::of(&zip(&parts)), Some(Kind::Xlsx));
        assert_eq!(texts(Kind::Xlsx, &parts), ["value,,note\n\"evil.example, &c\",7\n"]);
    }

    #[test]
    fn a_document_becomes_text() {
        let xml = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Attack from </w:t></w:r><w:r><w:t>203[.]0[.]113[.]9</w:t></w:r></w:p><w:p><w:r><w:instrText>HYPERLINK x</w:instrText></w:r></w:p></w:body></w:document>"#;
        let parts = [("[Content_Types].xml", "<Types/>"), ("word/document.xml", xml)];
        assert_eq!(Kind::of(&zip(&parts)), Some(Kind::Docx));
        assert_eq!(texts(Kind::Docx, &parts), ["Attack from 203[.]0[.]113[.]9\n\n"]);
        let odt = [
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            (
                "content.xml",
                r#"<o><text:h>Title</text:h><text:p>bad<text:s/>thing</text:p></o>"#,
            ),
        ];
        assert_eq!(Kind::of(&zip(&odt)), Some(Kind::Odt));
        assert_eq!(texts(Kind::Odt, &odt), ["Title\nbad thing\n"]);
        let ods = [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            (
                "content.xml",
                r#"<o><table:table><table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table></o>"#,
            ),
        ];
        assert_eq!(Kind::of(&zip(&ods)), Some(Kind::Ods));
        assert_eq!(texts(Kind::Ods, &ods), [",,x\n"]);
    }

    #[test]
    fn what_is_no_document_stays_an_archive_and_hostile_parts_are_refused() {
        assert_eq!(Kind::of(&zip(&[("a.txt", "x"), ("content.xml", "x")])), None);
        assert_eq!(Kind::of(b"PK\x03\x04nonsense"), None);
        let deep = "<a>".repeat(300);
        let entities = "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>";
        for bad in [deep.as_str(), entities, "<a><b></a>"] {
            let parts = BTreeMap::from([("word/document.xml".to_owned(), bad.as_bytes().to_vec())]);
            assert_eq!(Kind::Docx.texts(&parts).unwrap_err().code, "bad-document", "{bad}");
        }
        assert_eq!(
            (column_of("A1"), column_of("AB7"), column_of("7")),
            (Some(0), Some(27), None)
        );
    }
}
