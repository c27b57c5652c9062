//! What a node fetches, from every kind of source, in fair weather and foul.

mod folder;
mod foul;
mod list;
mod misp;
mod preview;
mod real;
mod taxii20;
mod taxii21;
mod tls;

use std::io::Write as _;

/// Packs bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
