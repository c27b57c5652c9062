//! Reads the import table of a Windows program (Microsoft's "PE Format", sections "Import Directory Table" and following).
//!
//! Programs that attackers wrote are made to upset parsers: every offset is looked up with a bound, tables end at a limit,
//! and names with bytes that no linker writes become `*invalid*`, as pefile has it, so that hashes agree.

/// Most libraries and functions that are read. Real programs stay far below; a table that loops does not.
const LIBRARIES: usize = 4_096;
const FUNCTIONS: usize = 65_536;
/// Longest name that is read.
const NAME_BYTES: usize = 512;
const SECTIONS: usize = 2_048;
const INVALID: &str = "*invalid*";

/// A library and what is imported from it.
pub(super) struct Import {
    pub library: String,
    pub functions: Vec<Function>,
}

/// One imported function.
pub(super) enum Function {
    Named(String),
    Numbered(u16),
}

/// The imports of a program, in the order of its table; none where there is no table.
pub(super) fn imports(bytes: &[u8]) -> Option<Vec<Import>> {
    let image = Image::of(bytes)?;
    let mut imports = Vec::new();
    let mut left = FUNCTIONS;
    let mut at = image.imports;
    for _ in 0..LIBRARIES {
        let Some(entry) = image.slice(at, 20) else { break };
        if entry.iter().all(|byte| *byte == 0) {
            break;
        }
        at = at.checked_add(20)?;
        let (lookup, name, bound) = (u32_at(entry, 0)?, u32_at(entry, 12)?, u32_at(entry, 16)?);
        let mut functions = image.functions(lookup, &mut left);
        if functions.is_empty() {
            // Some linkers write only the table that the loader overwrites.
            functions = image.functions(bound, &mut left);
        }
        let library = image.name(name, is_file_letter).unwrap_or_default();
        if !functions.is_empty() && !library.is_empty() {
            imports.push(Import { library, functions });
        }
    }
    Some(imports)
}

struct Section {
    address: u32,
    length: u32,
    offset: u32,
    stored: u32,
}

/// A program as the loader would lay it out.
struct Image<'a> {
    bytes: &'a [u8],
    /// Pointers of 64 bits.
    wide: bool,
    imports: u32,
    headers: u32,
    sections: Vec<Section>,
}

impl<'a> Image<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        if bytes.get(..2)? != b"MZ" {
            return None;
        }
        let header = u32_at(bytes, 0x3c)? as usize;
        if bytes.get(header..header.checked_add(4)?)? != b"PE\0\0" {
            return None;
        }
        let coff = header + 4;
        let section_count = usize::from(u16_at(bytes, coff + 2)?).min(SECTIONS);
        let optional_length = usize::from(u16_at(bytes, coff + 16)?);
        let optional = coff + 20;
        let wide = match u16_at(bytes, optional)? {
            0x10b => false,
            0x20b => true,
            _ => return None,
        };
        // The directories: export, import, …; the number of them stands just before.
        let directories = optional + if wide { 112 } else { 96 };
        if u32_at(bytes, directories - 4)? < 2 {
            return None;
        }
        let imports = u32_at(bytes, directories + 8)?;
        if imports == 0 {
            return None;
        }
        let headers = u32_at(bytes, optional + 60)?;
        let table = optional + optional_length;
        let mut sections = Vec::with_capacity(section_count.min(96));
        for number in 0..section_count {
            let at = table + number * 40;
            let (Some(length), Some(address), Some(stored), Some(offset)) = (
                u32_at(bytes, at + 8),
                u32_at(bytes, at + 12),
                u32_at(bytes, at + 16),
                u32_at(bytes, at + 20),
            ) else {
                break;
            };
            sections.push(Section {
                address,
                length,
                // The loader rounds down to whole sectors.
                offset: offset & !0x1ff,
                stored,
            });
        }
        Some(Self {
            bytes,
            wide,
            imports,
            headers,
            sections,
        })
    }

    /// Where an address of the loaded program stands in the file.
    fn offset(&self, address: u32) -> Option<usize> {
        for section in &self.sections {
            let within = address.wrapping_sub(section.address);
            if address >= section.address && within < section.length.max(section.stored) {
                return (section.offset as usize).checked_add(within as usize);
            }
        }
        // Headers are loaded as they stand; so is everything in a program without sections.
        (address < self.headers || self.sections.is_empty()).then_some(address as usize)
    }

    fn slice(&self, address: u32, length: usize) -> Option<&'a [u8]> {
        let from = self.offset(address)?;
        self.bytes.get(from..from.checked_add(length)?)
    }

    fn functions(&self, table: u32, left: &mut usize) -> Vec<Function> {
        let mut functions = Vec::new();
        if table == 0 {
            return functions;
        }
        let step = if self.wide { 8_u32 } else { 4 };
        let mut at = table;
        while *left > 0 {
            let Some(entry) = self.slice(at, step as usize) else {
                break;
            };
            let value = entry
                .iter()
                .rev()
                .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            if value == 0 {
                break;
            }
            let numbered = if self.wide { value >> 63 == 1 } else { value >> 31 == 1 };
            if numbered {
                functions.push(Function::Numbered((value & 0xffff) as u16));
            } else {
                // Two bytes of hint stand before the name.
                let name = (value & 0x7fff_ffff) as u32;
                let Some(name) = name.checked_add(2).and_then(|at| self.name(at, is_function_letter)) else {
                    break;
                };
                functions.push(Function::Named(name));
            }
            *left -= 1;
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        functions
    }

    /// A name that ends with a zero byte.
    fn name(&self, address: u32, allowed: fn(u8) -> bool) -> Option<String> {
        let from = self.offset(address)?;
        let rest = self.bytes.get(from..)?;
        let most = rest.get(..NAME_BYTES).unwrap_or(rest);
        let name = most.split(|byte| *byte == 0).next()?;
        Some(if name.iter().all(|byte| allowed(*byte)) {
            String::from_utf8_lossy(name).into_owned()
        } else {
            INVALID.to_owned()
        })
    }
}

fn is_file_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'()-@^_`{}~+,.;=[]:\\/".contains(&byte)
}

fn is_function_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._?@$()<>".contains(&byte)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let found = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(found.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(found.try_into().ok()?))
}
