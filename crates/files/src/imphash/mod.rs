//! The hash of a Windows program's imports (imphash, Mandiant 2014): MD5 over `library.function` of every import, in
//! their order, in lower case, joined by commas. Programs built from the same sources by the same tools share it.
//!
//! The reference is pefile's `get_imphash`; delayed imports do not count there, nor here.

mod ordinals;
mod pe;

use md5::{Digest, Md5};

/// The imphash of a program that stands in memory whole; none when it is not one, or imports nothing.
pub fn imphash(program: &[u8]) -> Option<String> {
    let imports = pe::imports(program)?;
    let mut hash = Md5::new();
    let mut separator = "";
    for import in imports {
        let library = import.library.to_ascii_lowercase();
        let stem = match library.rsplit_once('.') {
            Some((stem, "dll" | "ocx" | "sys")) => stem,
            _ => library.as_str(),
        };
        for function in import.functions {
            let function = match function {
                pe::Function::Named(name) => name.to_ascii_lowercase(),
                pe::Function::Numbered(number) => match ordinals::name(&library, number) {
                    Some(name) => name.to_owned(),
                    None => format!("ord{number}"),
                },
            };
            hash.update(separator);
            hash.update(stem);
            hash.update(".");
            hash.update(function);
            separator = ",";
        }
    }
    // A program without imports has no hash: that of the empty text would bring all of them together.
    (!separator.is_empty()).then(|| hex::encode(hash.finalize()))
}

/// Whether the first bytes may be those of a Windows program.
pub fn may_have_one(head: &[u8]) -> bool {
    head.starts_with(b"MZ")
}
