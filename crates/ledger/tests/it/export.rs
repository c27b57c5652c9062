//! What an export proves, and how it says what is wrong.

use ledger::export::{ExportError, ExportWriter, Header, read_header, verify_export};
use ledger::{Checkpoint, Hash, SignedCheckpoint, SigningKey};

use crate::log::{ORIGIN, commitment, entry, export, key, sample};

fn verified(text: &str, earlier: Option<&SignedCheckpoint>) -> Result<ledger::export::Report, ExportError> {
    verify_export(text.as_bytes(), key().verifying_key(), earlier)
}

fn refused(text: &str) -> String {
    verified(text, None).unwrap_err().to_string()
}

#[test]
fn an_export_is_readable_lines() {
    insta::assert_snapshot!(export(2), @r#"
    {"format":"commonwatch-ledger-export-v1","origin":"hub.example/ledger","key":"hub.example/ledger+d06ff3cb+ARl/ayPhbIUyxqvIOPrNXqeJvgx2spIDNAOb+os9No1h","checkpoint":"hub.example/ledger\n2\nIbNrS31BPpLSkyUV7+EKqH9CYiQa9Qp825VT9Gdq1t0=\n\n— hub.example/ledger 0G/zy0WWWVv01HaX6zgKwbpnKGRGJa9Gn8c0EGxwCGoxkEUz+A1ulm9UyMMpM8576jzQ3GPIfdySZruJbsarD+67vA4=\n"}
    {"position":0,"commitment":"yPWwKZMU7yyta1YW3r6GNLYin9QI1vWd9zx6nVEi9Ms=","entry":{"at_micros":1790000000000000,"kind":"delivered","body":"{\"member\":\"water.example\",\"objects\":0}","salt":"PnB3/S9m1ongzuanz1s3vy3KfJea81bQoxy8XIVgXH0="}}
    {"position":1,"commitment":"S8XR87qnVlfiMKQRWIVN2iMVoLSRz9P0H1VzZtC9g0U="}
    "#);
}

#[test]
fn an_export_verifies_and_says_what_it_proves() {
    for size in [0, 1, 2, 256, 1000] {
        let report = verified(&export(size), None).unwrap();
        assert_eq!(
            (report.checkpoint.size, report.opened, report.earlier),
            (size, size.div_ceil(2), None)
        );
    }
}

#[test]
fn an_export_shows_that_the_log_grew_from_an_earlier_checkpoint() {
    let text = export(300);
    for size in [0, 1, 255, 256, 299, 300] {
        let earlier = sample(size).checkpoint();
        let report = verified(&text, Some(&earlier)).unwrap();
        assert_eq!(report.earlier.as_ref(), Some(earlier.unverified()));
    }
}

#[test]
fn an_earlier_export_serves_as_earlier_checkpoint() {
    let earlier = read_header(export(7).as_bytes()).unwrap();
    assert_eq!(&earlier.key, key().verifying_key());
    assert!(verified(&export(9), Some(&earlier.checkpoint)).is_ok());
    let error = verified(&export(5), Some(&earlier.checkpoint)).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"the log had 7 leaves earlier and has 5 now: leaves were taken away, or this export is the older one");
}

#[test]
fn a_rewritten_log_does_not_fit_the_earlier_checkpoint() {
    let other = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 3,
        root: Hash([8; 32]),
    };
    let error = verified(&export(5), Some(&other.sign(&key()).unwrap())).unwrap_err();
    assert!(matches!(error, ExportError::Rewritten { size: 3, .. }), "{error}");
    let stranger = SigningKey::from_random(ORIGIN, [1; 32]).unwrap();
    let error = verified(&export(5), Some(&other.sign(&stranger).unwrap())).unwrap_err();
    assert!(matches!(error, ExportError::Earlier(_)), "{error}");
}

#[test]
fn every_fault_names_its_line_and_position() {
    let text = export(4);
    let lines: Vec<_> = text.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n") + "\n";
    insta::assert_snapshot!(refused(""), @"line 1: the export is empty; expected a header with format, origin, key and checkpoint");
    insta::assert_snapshot!(refused("\n"), @"line 1: not a line of a ledger export: EOF while parsing a value (column 0)");
    insta::assert_snapshot!(refused(&joined(&lines[1..])), @"line 1: not a line of a ledger export: unknown field `position`, expected one of `format`, `origin`, `key`, `checkpoint` (column 11)");
    insta::assert_snapshot!(refused(&joined(&lines[..4])), @"line 5: the export ends after 3 leaves, its checkpoint is over 4");
    insta::assert_snapshot!(refused(&joined(&[lines[0], lines[1], lines[3]])), @"line 3: the leaf at position 1 should stand here, this one says 2: leaves are missing, repeated or out of order");
    insta::assert_snapshot!(refused(&(text.clone() + lines[4] + "\n")), @"line 6: the export goes on after the 4 leaves that its checkpoint is over");
    insta::assert_snapshot!(refused(&text.replace("\"objects\\\":2", "\"objects\\\":3")), @"line 4, position 2: the entry does not fit its commitment: one of them was changed");
    insta::assert_snapshot!(refused(&text.replace("delivered", "Delivered")), @"line 2, position 0: the kind of an entry is 1 to 64 of the characters a-z, 0-9, '.', '_' and '-'; this one has 9 bytes, or other characters");
    insta::assert_snapshot!(refused(&text.replace("\"position\":3", "\"position\":3,\"x\":1")), @"line 5: not a line of a ledger export: unknown field `x`, expected one of `position`, `commitment`, `entry` (column 17)");
    let swapped = lines[4].replace("\"position\":3", "\"position\":1");
    insta::assert_snapshot!(refused(&joined(&[lines[0], lines[1], &swapped, lines[3], lines[4]])), @"the 4 leaves lead to the root iDAP4PV1C+Z85aNfeC7aUCPbkN7Ue156pAtSYPnsncU=, the log signed 7QhvpzP9ZLcxw6XSxrGzfGGF+nRDDX+vjf86qrpCvoo=: at least one leaf was changed");
}

#[test]
fn an_export_by_another_key_is_refused_with_both_named() {
    let other = SigningKey::from_random(ORIGIN, [1; 32]).unwrap();
    let error = verify_export(export(1).as_bytes(), other.verifying_key(), None).unwrap_err();
    assert!(matches!(error, ExportError::OtherKey { .. }), "{error}");
}

#[test]
fn an_endless_line_is_refused_before_it_is_held() {
    let endless = std::io::BufReader::new(std::io::repeat(b' '));
    let error = verify_export(endless, key().verifying_key(), None).unwrap_err();
    assert!(matches!(error, ExportError::LineTooLong { line: 1 }), "{error}");
}

#[test]
fn an_export_that_would_not_verify_cannot_be_written() {
    let writer = |size| {
        let header = Header {
            key: key().verifying_key().clone(),
            checkpoint: sample(size).checkpoint(),
        };
        ExportWriter::new(Vec::new(), header).unwrap()
    };
    assert!(matches!(
        writer(1).finish(),
        Err(ExportError::Truncated {
            expected: 1,
            found: 0,
            ..
        })
    ));
    let mut wrong = writer(1);
    wrong.leaf(commitment(1), None).unwrap();
    assert!(matches!(wrong.finish(), Err(ExportError::Root { size: 1, .. })));
    assert!(matches!(
        writer(1).leaf(commitment(0), Some(entry(1))),
        Err(ExportError::Commitment { line: 2, position: 0 })
    ));
    assert!(matches!(
        writer(0).leaf(commitment(0), None),
        Err(ExportError::Surplus { .. })
    ));
}

#[test]
fn an_export_with_any_single_bit_changed_is_refused() {
    let text = export(3).into_bytes();
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone();
            changed[place] ^= 1 << bit;
            let report = verify_export(changed.as_slice(), key().verifying_key(), None);
            assert!(
                report.is_err(),
                "bit {bit} of byte {place}: {}",
                String::from_utf8_lossy(&changed)
            );
        }
    }
}
