//! No bytes make a reader panic, and what is accepted says what was signed (docs/fuzzing.md).

use ledger::export::{read_header, verify_export};
use ledger::note::SignedNote;
use ledger::tile::hashes_of_tile;
use ledger::{Frontier, Hash, Receipt, SignedCheckpoint, SigningKey, Tile, VerifyingKey};
use proptest::prelude::*;

use crate::log::{entry, export, key, sample};
use crate::mutate::{config, mutated};

const SIZE: u64 = 5;

const TEXT_WORDS: &[&str] = &[
    "\n",
    "\n\n",
    "\u{2014} ",
    "\u{2014} ledger.example ",
    "+",
    "=",
    "A",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "null",
    "\"salt\":",
    "\"proof\":[",
    "\"position\":",
    "\"size\":",
    "\"at_micros\":-1",
    "tile/0/",
    "x001/",
    ".p/256",
    "PRIVATE+KEY+",
    "00000000",
    "4294967295",
];

fn texts() -> Vec<Vec<u8>> {
    let log = sample(SIZE);
    [
        export(SIZE),
        log.receipt(3).to_json().unwrap(),
        log.receipt(3).to_tlog_proof().unwrap(),
        log.checkpoint().to_string(),
        key().verifying_key().to_string(),
        key().to_secret_text(),
        "tile/0/x001/x234/067.p/5".to_owned(),
        "tile/entries/000.p/255".to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

fn target(bytes: &[u8]) {
    let signed = sample(SIZE).checkpoint();
    let trusted = key().verifying_key().clone();
    let _ = read_header(bytes);
    if let Ok(report) = verify_export(bytes, &trusted, None) {
        assert_eq!(
            &report.checkpoint,
            signed.unverified(),
            "an export of what nobody signed"
        );
    }
    let _ = verify_export(bytes, &trusted, Some(&signed));
    let _ = hashes_of_tile(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(note) = SignedNote::parse(text) {
        assert_eq!(note.to_string(), text);
    }
    if let Ok(read) = text.parse::<SignedCheckpoint>() {
        assert_eq!(read.to_string(), text);
        if let Ok(checkpoint) = read.verify(&trusted) {
            assert_eq!(checkpoint, signed.unverified(), "a checkpoint that nobody signed");
        }
        let mut more = signed.clone();
        let _ = more.add_signatures(text);
        assert!(more.verify(&trusted).is_ok(), "a further signature spoils the first");
    }
    if let Ok(receipt) = Receipt::from_json(text) {
        let written = receipt.to_json().unwrap();
        assert_eq!(Receipt::from_json(&written).unwrap().to_json().unwrap(), written);
        if let Ok(verified) = receipt.verify(&trusted) {
            assert_eq!(
                verified.entry,
                &entry(verified.position),
                "a receipt of what never happened"
            );
        }
    }
    if let Ok(key) = text.parse::<VerifyingKey>() {
        assert_eq!(key.to_string(), text.trim());
    }
    let _ = SigningKey::from_secret_text(text);
    let _ = text.parse::<Hash>();
    if let Ok(tile) = Tile::from_path(text) {
        assert_eq!(tile.path(), text);
    }
    if let Ok(tile) = Tile::from_entries_path(text) {
        assert_eq!(tile.entries_path(), text);
    }
}

fn frontier(bytes: &[u8]) {
    if let Ok(mut frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        let root = frontier.root();
        if frontier.append(root).is_ok() {
            frontier.root();
        }
    }
}

#[test]
fn unbroken_samples_are_read() {
    texts().iter().for_each(|text| target(text));
    let trusted = key().verifying_key().clone();
    assert_eq!(
        verify_export(texts()[0].as_slice(), &trusted, None)
            .unwrap()
            .checkpoint
            .size,
        SIZE
    );
    let receipt = Receipt::from_json(std::str::from_utf8(&texts()[1]).unwrap()).unwrap();
    assert_eq!(receipt.verify(&trusted).unwrap().entry, &entry(3));
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn what_the_ledger_gives_out_is_read_or_refused(input in mutated(texts(), TEXT_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn stored_frontiers_are_read_or_refused(input in mutated(
        [0, 1, 5, 256, 300].iter().map(|size| sample(*size).frontier.to_bytes()).collect(),
        &["\0\0\0\0\0\0\0\u{1}", "\u{7f}", "\0"],
    )) {
        frontier(&input.0);
    }
}
