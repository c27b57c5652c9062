//! The text of a page, line by line: what stands beside something goes on with it, what stands elsewhere begins a line.
//!
//! A page says of each piece of text where it stands (PDF 32000-1, 9.4), and no more: lines, words and the spaces between
//! them follow from that. Pieces are taken in the order in which the page draws them.

use std::collections::BTreeMap;
use std::rc::Rc;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Encoding, Error, Object, ObjectId, Stream};

/// Most states that are kept for later; deeper ones are not read.
const DEPTH: usize = 64;
/// How deep forms may draw forms, and how many are drawn on a page; further ones are not read.
const FORMS_DEPTH: usize = 8;
const FORMS: usize = 500;
/// Codes of one font whose widths are read.
const WIDTHS: usize = 70_000;
/// Parts of the height of letters: how far a line may stand off to be another, a word, and how far back a column begins.
const OTHER_LINE: f64 = 0.4;
const OTHER_WORD: f64 = 0.15;
const OTHER_COLUMN: f64 = 0.8;

/// A transformation: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const SAME: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    const fn moved(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this, then the other.
    fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [k, l, m, n, o, p]) = (self.0, other.0);
        Self([
            a * k + b * m,
            a * l + b * n,
            c * k + d * m,
            c * l + d * n,
            e * k + f * m + o,
            e * l + f * n + p,
        ])
    }

    fn of(operands: &[Object]) -> Option<Self> {
        let mut numbers = [0.0; 6];
        for (number, operand) in numbers.iter_mut().zip(operands.get(..6)?) {
            *number = f64::from(operand.as_float().ok()?);
        }
        Some(Self(numbers))
    }
}

/// A font: how its codes are read, and how wide they are.
struct Font<'d> {
    encoding: Encoding<'d>,
    /// In thousandths of the size; by code.
    widths: BTreeMap<u32, f64>,
    /// The width of all others; none where the document does not say.
    other: Option<f64>,
    /// Bytes of a code.
    code_bytes: usize,
}

fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from)
}

impl<'d> Font<'d> {
    fn read(document: &'d Document, font: &'d Dictionary, most: usize) -> Result<Self, Error> {
        let encoding = font.get_font_encoding_with_limit(document, most)?;
        let get = |key: &[u8]| {
            font.get(key)
                .ok()
                .and_then(|found| document.dereference(found).ok())
                .map(|(_, found)| found)
        };
        let is_composite = get(b"Subtype").and_then(|kind| kind.as_name().ok()) == Some(b"Type0");
        let mut widths = BTreeMap::new();
        let other = if is_composite {
            let below = get(b"DescendantFonts")
                .and_then(|fonts| fonts.as_array().ok())
                .and_then(|fonts| fonts.first());
            let below = below
                .and_then(|font| document.dereference(font).ok())
                .and_then(|(_, font)| font.as_dict().ok());
            let of = |key: &[u8]| {
                below
                    .and_then(|font| font.get(key).ok())
                    .and_then(|found| document.dereference(found).ok())
            };
            if let Some(list) = of(b"W").and_then(|(_, list)| list.as_array().ok()) {
                composite_widths(document, list, &mut widths);
            }
            Some(of(b"DW").and_then(|(_, width)| number(width)).unwrap_or(1_000.0))
        } else {
            // Type 3 fonts measure by a matrix of their own (9.6.5).
            let matrix = get(b"FontMatrix")
                .and_then(|matrix| matrix.as_array().ok())
                .and_then(|matrix| Matrix::of(matrix));
            let scale = matrix.map_or(1.0, |matrix| matrix.0[0] * 1_000.0);
            let first = get(b"FirstChar")
                .and_then(|first| first.as_i64().ok())
                .and_then(|first| u32::try_from(first).ok());
            let list = get(b"Widths").and_then(|list| list.as_array().ok());
            if let (Some(first), Some(list)) = (first, list) {
                let read = |object: &Object| document.dereference(object).ok().and_then(|(_, width)| number(width));
                let known = (first..).zip(list.iter().take(WIDTHS));
                widths.extend(known.filter_map(|(code, width)| Some((code, read(width)? * scale))));
            }
            (!widths.is_empty()).then_some(0.0)
        };
        Ok(Self {
            encoding,
            widths,
            other,
            code_bytes: if is_composite { 2 } else { 1 },
        })
    }

    /// How wide each code of a text is, and whether it is the space between words (9.3.3); nothing where nobody says how wide.
    fn widths<'t>(&'t self, text: &'t [u8]) -> Option<impl Iterator<Item = (f64, bool)> + 't> {
        let other = self.other?;
        Some(text.chunks(self.code_bytes).map(move |code| {
            let number = code.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte));
            let width = self.widths.get(&number).copied().unwrap_or(other);
            (width, code == b" ")
        }))
    }
}

/// `W` of a composite font (9.7.4.3): `first [width …]`, or `first last width`.
fn composite_widths(document: &Document, list: &[Object], widths: &mut BTreeMap<u32, f64>) {
    let plain = |object: &'_ Object| document.dereference(object).ok().map(|(_, found)| found.clone());
    let mut list = list.iter();
    let code = |object: &Object| object.as_i64().ok().and_then(|code| u32::try_from(code).ok());
    while let (Some(first), Some(next)) = (list.next(), list.next().and_then(plain)) {
        let Some(first) = code(first) else { return };
        if let Ok(several) = next.as_array() {
            let known = (first..).zip(several.iter().take(WIDTHS));
            widths.extend(known.filter_map(|(code, width)| Some((code, number(width)?))));
        } else if let (Some(last), Some(width)) = (code(&next), list.next().and_then(number)) {
            widths.extend((first..=last).take(WIDTHS).map(|code| (code, width)));
        }
        if widths.len() > WIDTHS {
            return;
        }
    }
}

/// What a page or a form calls by name (7.8.3).
#[derive(Default)]
struct Resources<'d> {
    fonts: BTreeMap<Vec<u8>, Rc<Font<'d>>>,
    /// Content that is drawn as one (8.10).
    forms: BTreeMap<Vec<u8>, ObjectId>,
    /// Fonts that cannot be read.
    unreadable: usize,
}

impl<'d> Resources<'d> {
    fn of_page(document: &'d Document, page: ObjectId, most: usize) -> Result<Self, Error> {
        let (own, inherited) = document.get_page_resources(page)?;
        let inherited = inherited.into_iter().filter_map(|id| document.get_dictionary(id).ok());
        let mut resources = Self::default();
        for one in own.into_iter().chain(inherited) {
            resources.add(document, one, most);
        }
        Ok(resources)
    }

    /// Adds what a dictionary names; what is there stays.
    fn add(&mut self, document: &'d Document, resources: &'d Dictionary, most: usize) {
        for (name, font) in named(document, resources, b"Font") {
            let font = document.dereference(font).and_then(|(_, font)| font.as_dict());
            match font.and_then(|font| Font::read(document, font, most)) {
                Ok(font) => drop(self.fonts.entry(name.clone()).or_insert(Rc::new(font))),
                Err(_) => self.unreadable += 1,
            }
        }
        for (name, drawn) in named(document, resources, b"XObject") {
            // Streams are always objects of their own (7.3.8).
            if let Ok(id) = drawn.as_reference() {
                self.forms.entry(name.clone()).or_insert(id);
            }
        }
    }
}

/// What resources name of one kind.
fn named<'d>(
    document: &'d Document,
    resources: &'d Dictionary,
    kind: &[u8],
) -> impl Iterator<Item = (&'d Vec<u8>, &'d Object)> {
    let names = resources.get(kind).and_then(|names| document.dereference(names));
    let names = names.and_then(|(_, names)| names.as_dict());
    names.into_iter().flat_map(Dictionary::iter)
}

/// What is set when text is shown, and kept and restored with everything else (8.4).
#[derive(Clone)]
struct State<'d> {
    page: Matrix,
    font: Option<Rc<Font<'d>>>,
    size: f64,
    between_letters: f64,
    between_words: f64,
    /// As a part of one.
    stretched: f64,
    leading: f64,
    rise: f64,
}

/// Where a piece of text ended: the place, the direction of its line, the height of its letters.
struct End {
    at: (f64, f64),
    along: (f64, f64),
    height: f64,
    is_exact: bool,
}

struct Reader<'d> {
    document: &'d Document,
    state: State<'d>,
    kept: Vec<State<'d>>,
    text: Matrix,
    line: Matrix,
    end: Option<End>,
    /// Whether something was placed since the last piece.
    has_moved: bool,
    /// Resources of the page, and of forms, read once.
    page: Rc<Resources<'d>>,
    resources: BTreeMap<ObjectId, Rc<Resources<'d>>>,
    /// Forms that may still be drawn, and how many bytes content may still unpack to.
    forms_left: usize,
    bytes_left: usize,
    out: String,
    unreadable: usize,
}

/// The text of a page, and how many pieces of it could not be read.
///
/// # Errors
/// When its content cannot be read at all, or unpacks to more than `most` bytes.
pub(super) fn text(document: &Document, page: ObjectId, most: usize) -> Result<(String, usize), Error> {
    let resources = Resources::of_page(document, page, most)?;
    let content = document.get_page_content_with_limit(page, most)?;
    let mut reader = Reader {
        document,
        state: State {
            page: Matrix::SAME,
            font: None,
            size: 1.0,
            between_letters: 0.0,
            between_words: 0.0,
            stretched: 1.0,
            leading: 0.0,
            rise: 0.0,
        },
        kept: Vec::new(),
        text: Matrix::SAME,
        line: Matrix::SAME,
        end: None,
        has_moved: false,
        resources: BTreeMap::new(),
        forms_left: FORMS,
        bytes_left: most - content.len().min(most),
        out: String::new(),
        unreadable: resources.unreadable,
        page: Rc::new(resources),
    };
    let resources = Rc::clone(&reader.page);
    reader.content(&Content::decode(&content)?, &resources, 0);
    Ok((reader.out, reader.unreadable))
}

impl<'d> Reader<'d> {
    fn content(&mut self, content: &Content, resources: &Resources<'d>, depth: usize) {
        for operation in &content.operations {
            if operation.operator == "Do" {
                let name = operation.operands.first().and_then(|name| name.as_name().ok());
                if let Some(id) = name.and_then(|name| resources.forms.get(name)) {
                    self.form(*id, depth + 1);
                }
            } else {
                self.operation(operation, resources);
            }
        }
    }

    /// Draws a form (8.10.1): with its matrix, and with the resources of the page if it has none (7.8.3).
    fn form(&mut self, id: ObjectId, depth: usize) {
        let Ok(form) = self.document.get_object(id).and_then(Object::as_stream) else {
            self.unreadable += 1;
            return;
        };
        if form.dict.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Form".as_slice()) {
            return; // a picture
        }
        if depth > FORMS_DEPTH || self.forms_left == 0 {
            self.unreadable += 1;
            return;
        }
        self.forms_left -= 1;
        let Some(content) = self.content_of(form) else {
            self.unreadable += 1;
            return;
        };
        let resources = self.resources_of(id, form);
        let matrix = form.dict.get(b"Matrix").and_then(Object::as_array).ok();
        let (kept, state) = (std::mem::take(&mut self.kept), self.state.clone());
        let (text, line) = (self.text, self.line);
        if let Some(matrix) = matrix.and_then(|matrix| Matrix::of(matrix)) {
            self.state.page = matrix.then(self.state.page);
        }
        self.content(&content, &resources, depth);
        (self.kept, self.state, self.text, self.line) = (kept, state, text, line);
    }

    fn content_of(&mut self, form: &Stream) -> Option<Content> {
        let content = form.get_plain_content_with_limit(self.bytes_left).ok()?;
        self.bytes_left -= content.len().min(self.bytes_left);
        Content::decode(&content).ok()
    }

    fn resources_of(&mut self, id: ObjectId, form: &'d Stream) -> Rc<Resources<'d>> {
        if let Some(known) = self.resources.get(&id) {
            return Rc::clone(known);
        }
        let own = form
            .dict
            .get(b"Resources")
            .and_then(|own| self.document.dereference(own));
        let Ok(own) = own.and_then(|(_, own)| own.as_dict()) else {
            return Rc::clone(&self.page);
        };
        let mut resources = Resources::default();
        resources.add(self.document, own, self.bytes_left);
        self.unreadable += resources.unreadable;
        let resources = Rc::new(resources);
        self.resources.insert(id, Rc::clone(&resources));
        resources
    }

    fn operation(&mut self, operation: &Operation, resources: &Resources<'d>) {
        let operands = operation.operands.as_slice();
        let at = |place: usize| operands.get(place).and_then(number).unwrap_or(0.0);
        match operation.operator.as_str() {
            "q" if self.kept.len() < DEPTH => self.kept.push(self.state.clone()),
            "Q" => {
                if let Some(kept) = self.kept.pop() {
                    self.state = kept;
                }
            }
            "cm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    self.state.page = matrix.then(self.state.page);
                }
            }
            "BT" => self.begin_line(Matrix::SAME),
            "Tf" => {
                let name = operands
                    .first()
                    .and_then(|name| name.as_name().ok())
                    .unwrap_or_default();
                self.state.font = resources.fonts.get(name).cloned();
                self.state.size = at(1);
            }
            "Tc" => self.state.between_letters = at(0),
            "Tw" => self.state.between_words = at(0),
            "Tz" => self.state.stretched = at(0) / 100.0,
            "TL" => self.state.leading = at(0),
            "Ts" => self.state.rise = at(0),
            "Tm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    self.begin_line(matrix);
                }
            }
            "Td" => self.next_line(at(0), at(1)),
            "TD" => {
                self.state.leading = -at(1);
                self.next_line(at(0), at(1));
            }
            "T*" => self.next_line(0.0, -self.state.leading),
            "Tj" => self.show_all(operands),
            "TJ" => self.show_all(
                operands
                    .first()
                    .and_then(|pieces| pieces.as_array().ok())
                    .map_or(&[], Vec::as_slice),
            ),
            "'" => {
                self.next_line(0.0, -self.state.leading);
                self.show_all(operands);
            }
            "\"" => {
                (self.state.between_words, self.state.between_letters) = (at(0), at(1));
                self.next_line(0.0, -self.state.leading);
                self.show_all(operands.get(2..).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn begin_line(&mut self, matrix: Matrix) {
        (self.text, self.line) = (matrix, matrix);
        self.has_moved = true;
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.begin_line(Matrix::moved(x, y).then(self.line));
    }

    /// Texts, and how far to go back between them.
    fn show_all(&mut self, pieces: &[Object]) {
        for piece in pieces {
            match piece {
                Object::String(bytes, _) => self.show(bytes),
                other => {
                    let back = number(other).unwrap_or(0.0) / 1_000.0 * self.state.size * self.state.stretched;
                    self.text = Matrix::moved(-back, 0.0).then(self.text);
                }
            }
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else {
            self.unreadable += 1;
            return;
        };
        let Ok(shown) = Document::decode_text(&font.encoding, bytes) else {
            self.unreadable += 1;
            return;
        };
        let state = self.state.clone();
        let place = |text: Matrix| {
            let Matrix([a, b, c, d, e, f]) = Matrix::moved(0.0, 0.0).then(text).then(state.page);
            ((e, f), (a, b), (c.hypot(d) * state.size).abs())
        };
        let (begin, along, height) = place(self.text);
        if let Some(between) = self.between(begin, height)
            && !(between == ' ' && (self.out.ends_with([' ', '\n']) || shown.starts_with(' ')))
        {
            self.out.push(between);
        }
        self.out.push_str(&shown);
        let is_exact = match font.widths(bytes) {
            None => false,
            Some(widths) => {
                let wide: f64 = widths
                    .map(|(width, is_space)| {
                        let word = if is_space { state.between_words } else { 0.0 };
                        (width / 1_000.0 * state.size + state.between_letters + word) * state.stretched
                    })
                    .sum();
                self.text = Matrix::moved(wide, 0.0).then(self.text);
                true
            }
        };
        let length = along.0.hypot(along.1).max(f64::MIN_POSITIVE);
        self.end = Some(End {
            at: place(self.text).0,
            along: (along.0 / length, along.1 / length),
            height,
            is_exact,
        });
        self.has_moved = false;
    }

    /// What stands between the last piece and one that begins here.
    fn between(&self, begin: (f64, f64), height: f64) -> Option<char> {
        let end = self.end.as_ref()?;
        let (x, y) = (begin.0 - end.at.0, begin.1 - end.at.1);
        let along = x * end.along.0 + y * end.along.1;
        let across = (y * end.along.0 - x * end.along.1).abs();
        let height = height.min(end.height).max(f64::MIN_POSITIVE);
        if across > OTHER_LINE * height {
            return Some('\n');
        }
        if !end.is_exact {
            return self.has_moved.then_some(' ');
        }
        if along < -OTHER_COLUMN * height {
            return Some('\n');
        }
        (along > OTHER_WORD * height).then_some(' ')
    }
}
