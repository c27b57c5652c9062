//! No input makes a parser panic, and what it accepts it would write again.

use ledger::export::verify_export;
use ledger::note::SignedNote;
use ledger::{Frontier, Hash, Receipt, SignedCheckpoint, SigningKey, Tile, VerifyingKey};
use proptest::prelude::*;

use crate::log::{export, key, sample};

fn read_with_all(text: &str) {
    let _ = SignedNote::parse(text).map(|note| assert_eq!(note.to_string(), text));
    let _ = text
        .parse::<SignedCheckpoint>()
        .map(|read| read.verify(key().verifying_key()).is_ok());
    let _ = text.parse::<VerifyingKey>();
    let _ = SigningKey::from_secret_text(text);
    let _ = text.parse::<Hash>();
    let _ = Tile::from_path(text).map(|tile| assert_eq!(tile.path(), text));
    let _ = Tile::from_entries_path(text);
    let _ = Receipt::from_json(text).map(|receipt| receipt.verify(key().verifying_key()).is_ok());
    let _ = verify_export(text.as_bytes(), key().verifying_key(), None);
}

/// A valid text of one of the formats with a stretch of it replaced.
fn damaged() -> impl Strategy<Value = String> {
    let texts = [
        export(3),
        sample(5).receipt(3).to_json().unwrap(),
        sample(5).checkpoint().to_string(),
        key().verifying_key().to_string(),
        key().to_secret_text(),
        "tile/0/x001/x234/067.p/5".to_owned(),
    ];
    let stretch = (any::<prop::sample::Index>(), 0..20_usize, "[\\PC\n]{0,12}");
    (prop::sample::select(texts.to_vec()), stretch).prop_map(|(text, (at, length, with))| {
        let characters: Vec<_> = text.chars().collect();
        let at = at.index(characters.len());
        let rest = characters.iter().skip(at + length);
        characters[..at]
            .iter()
            .copied()
            .chain(with.chars())
            .chain(rest.copied())
            .collect()
    })
}

proptest! {
    #[test]
    fn arbitrary_text_is_read_without_panic(text in any::<String>()) {
        read_with_all(&text);
    }

    #[test]
    fn damaged_text_is_read_without_panic(text in damaged()) {
        read_with_all(&text);
    }

    #[test]
    fn arbitrary_bytes_are_no_frontier_that_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 0..70_u64) {
        let mut sized = size.to_be_bytes().to_vec();
        sized.extend(&bytes);
        for bytes in [&bytes, &sized] {
            if let Ok(frontier) = Frontier::from_bytes(bytes) {
                prop_assert_eq!(&frontier.to_bytes(), bytes);
                frontier.root();
            }
        }
    }

    #[test]
    fn a_checkpoint_with_any_bit_changed_is_refused(place: prop::sample::Index, bit in 0..8_u8) {
        let mut bytes = sample(5).checkpoint().to_string().into_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let read = String::from_utf8(bytes).ok().and_then(|text| text.parse::<SignedCheckpoint>().ok());
        prop_assert!(read.is_none_or(|read| read.verify(key().verifying_key()).is_err()));
    }
}
