//! What a member can do with a receipt, and what nobody can do to it.

use ledger::receipt::ReceiptError;
use ledger::{Receipt, SigningKey};
use proptest::prelude::*;

use crate::log::{ORIGIN, entry, key, sample};

#[test]
fn a_receipt_is_readable_text() {
    insta::assert_snapshot!(sample(5).receipt(3).to_json().unwrap(), @r#"
    {
      "format": "commonwatch-receipt-v1",
      "entry": {
        "at_micros": 1790000000000003,
        "kind": "delivered",
        "body": "{\"member\":\"water.example\",\"objects\":3}",
        "salt": "/uvxhjvR/O7f7/JpOCnVD/vKwQDQ++dFSC4DL5P2uvs="
      },
      "position": 3,
      "proof": [
        "sO9tSFDc/XPekEMZ5QNyXdss3SNmOgK4dbJSi95CuMo=",
        "IbNrS31BPpLSkyUV7+EKqH9CYiQa9Qp825VT9Gdq1t0=",
        "Uk+nebtVxE3KS8ZskmLdW3VssP28zaQ5PlCV6VaIC2g="
      ],
      "checkpoint": "hub.example/ledger\n5\n1ZgSHlJGnQg3paSv6zP8PKdNOePH56juE+/uZw+j+es=\n\n— hub.example/ledger 0G/zy3c9PVLWyMLwCp+atZZpd2S2gmu/YwYY4KnbVV/iL7qdFUYqHoOi2FnI2nphARq9z1TONj1coY0pUyu32wxBwQE=\n"
    }
    "#);
}

#[test]
fn a_receipt_verifies_with_nothing_but_the_key_of_the_log() {
    let log = sample(300);
    for position in [0, 1, 255, 256, 299] {
        let text = log.receipt(position).to_json().unwrap();
        let receipt = Receipt::from_json(&text).unwrap();
        let verified = receipt.verify(key().verifying_key()).unwrap();
        assert_eq!((verified.entry, verified.position), (&entry(position), position));
        assert_eq!(
            (verified.checkpoint.size, verified.checkpoint.root),
            (300, log.frontier.root())
        );
    }
}

#[test]
fn a_receipt_of_another_log_or_key_is_refused_with_the_reason() {
    let receipt = sample(5).receipt(3);
    let refused = |key: SigningKey| receipt.verify(key.verifying_key()).unwrap_err().to_string();
    let same_name = SigningKey::from_random(ORIGIN, [1; 32]).unwrap();
    insta::assert_snapshot!(refused(same_name), @"the checkpoint of the receipt does not hold: no signature by hub.example/ledger+0b2a77d7 is on the signed note; it is signed by hub.example/ledger+d06ff3cb");
    let other_name = SigningKey::from_random("other.example", [42; 32]).unwrap();
    insta::assert_snapshot!(refused(other_name), @"the checkpoint of the receipt does not hold: the checkpoint is of the log hub.example/ledger, the key is for other.example");
}

#[test]
fn each_part_of_a_receipt_is_bound_to_the_others() {
    let log = sample(5);
    let mut moved = log.receipt(3);
    moved.position = 2;
    let mut swapped = log.receipt(3);
    swapped.entry = entry(2);
    let mut later = log.receipt(3);
    later.checkpoint = sample(6).checkpoint();
    let mut longer = log.receipt(3);
    longer.proof.push(longer.proof[0]);
    for receipt in [moved, swapped, later, longer] {
        assert!(matches!(
            receipt.verify(key().verifying_key()),
            Err(ReceiptError::Inclusion(_))
        ));
    }
}

#[test]
fn what_is_not_a_receipt_is_refused_with_its_place() {
    let text = sample(5).receipt(3).to_json().unwrap();
    let read = |text: &str| Receipt::from_json(text).unwrap_err().to_string();
    insta::assert_snapshot!(read("{}"), @"not a receipt: missing field `format` at line 1 column 2");
    insta::assert_snapshot!(read(&text.replace("receipt-v1", "receipt-v2")), @"not a receipt: unknown variant `commonwatch-receipt-v2`, expected `commonwatch-receipt-v1` at line 2 column 36");
    insta::assert_snapshot!(read(&text.replace("\"position\"", "\"place\"")), @"not a receipt: unknown field `place`, expected one of `format`, `entry`, `position`, `proof`, `checkpoint` at line 9 column 9");
    insta::assert_snapshot!(read(&" ".repeat(3 << 20)), @"a receipt may have 2097152 bytes, this one has 3145728");
}

#[test]
fn a_receipt_gives_the_standard_form_for_other_verifiers() {
    insta::assert_snapshot!(sample(5).receipt(3).to_tlog_proof().unwrap(), @r"
    c2sp.org/tlog-proof@v1
    extra cvoTUoGNlNfsSIaBU5U3VQv7d35FZ9/6t+Qba4zthiE=
    index 3
    sO9tSFDc/XPekEMZ5QNyXdss3SNmOgK4dbJSi95CuMo=
    IbNrS31BPpLSkyUV7+EKqH9CYiQa9Qp825VT9Gdq1t0=
    Uk+nebtVxE3KS8ZskmLdW3VssP28zaQ5PlCV6VaIC2g=

    hub.example/ledger
    5
    1ZgSHlJGnQg3paSv6zP8PKdNOePH56juE+/uZw+j+es=

    — hub.example/ledger 0G/zy3c9PVLWyMLwCp+atZZpd2S2gmu/YwYY4KnbVV/iL7qdFUYqHoOi2FnI2nphARq9z1TONj1coY0pUyu32wxBwQE=
    ");
}

#[test]
fn a_receipt_with_any_single_bit_changed_is_refused() {
    let text = sample(5).receipt(3).to_json().unwrap().into_bytes();
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone();
            changed[place] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(changed) else {
                continue;
            };
            let held = Receipt::from_json(&changed).is_ok_and(|receipt| receipt.verify(key().verifying_key()).is_ok());
            assert!(!held, "bit {bit} of byte {place}: {changed}");
        }
    }
}

proptest! {
    #[test]
    fn a_receipt_keeps_every_character_of_its_entry(body in any::<String>(), at: i64, salt: [u8; 32]) {
        let mut receipt = sample(2).receipt(1);
        receipt.entry.body = body;
        receipt.entry.at_micros = at;
        receipt.entry.salt = salt;
        prop_assert_eq!(Receipt::from_json(&receipt.to_json().unwrap()).unwrap(), receipt);
    }
}
