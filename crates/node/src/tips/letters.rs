//! What keeps the open form from being flooded: so many tips of one network in an hour, so many of all; and a form that was
//! looked at for a few seconds before it was sent.
//!
//! No address is kept: of a network there is a digest with a key that ends with the process, in memory, for an hour.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stix::Timestamp;

use crate::seal::Seal;

/// What one network may send in [`WINDOW_MICROS`].
const OF_NETWORK: u32 = 5;
/// What all of them may.
const OF_ALL: u32 = 60;
const WINDOW_MICROS: i64 = 3_600_000_000;
/// Networks that are counted; above this the older half is forgotten.
const COUNTED_MOST: usize = 10_000;
/// A form that is sent sooner was filled in by no person.
const SOONEST_MICROS: i64 = 3_000_000;
/// A form that was opened before that is opened anew.
const LATEST_MICROS: i64 = 24 * 3_600_000_000;
/// Bytes of the mark of a form: the instant, what makes it its own, and the signature.
const INSTANT: usize = 8;
const OWN: usize = 16;
const SIGNED: usize = 32;

/// How many tips came from where, in this process.
#[derive(Debug, Default)]
pub(crate) struct Letters(Mutex<HashMap<[u8; 32], (u32, i64)>>);

/// The network of an address: whoever has one of its addresses often has all.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("{}/24", u32::from(address) >> 8),
        IpAddr::V6(address) => format!("{}/48", u128::from(address) >> 80),
    }
}

impl Letters {
    /// Counts one more, where there is room for it; otherwise after how many seconds there is.
    pub(crate) fn take(&self, network: [u8; 32], now: i64) -> Result<(), u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED_MOST {
            let mut since: Vec<i64> = counts.values().map(|(_, since)| *since).collect();
            since.sort_unstable();
            let middle = since.get(since.len() / 2).copied().unwrap_or_default();
            counts.retain(|_, (_, since)| *since > middle);
        }
        counts.retain(|_, (_, since)| now - *since < WINDOW_MICROS);
        // No network has a digest of zeros only.
        let all = counts.get(&[0; 32]).copied().unwrap_or((0, now));
        let own = counts.get(&network).copied().unwrap_or((0, now));
        let wait = [(all, OF_ALL), (own, OF_NETWORK)]
            .into_iter()
            .filter(|((count, _), most)| count >= most)
            .map(|((_, since), _)| ((since + WINDOW_MICROS - now) / 1_000_000 + 1).unsigned_abs())
            .max();
        if let Some(seconds) = wait {
            return Err(seconds);
        }
        counts.insert([0; 32], (all.0 + 1, all.1));
        counts.insert(network, (own.0 + 1, own.1));
        Ok(())
    }
}

/// Why a form is not taken as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Untimely {
    /// It was sent at once.
    TooSoon,
    /// It is old, or none of ours.
    TooOld,
}

/// The mark of a form that is opened now. It is its own: what is sent with it twice is one tip.
pub(super) fn mark(seal: &Seal, now: Timestamp, own: [u8; OWN]) -> String {
    let opened = now.micros().to_be_bytes();
    let signed = seal.digest(b"form of a tip", &[&opened[..], &own[..]]);
    URL_SAFE_NO_PAD.encode([&opened[..], &own, &signed].concat())
}

/// Whether a form with this mark is taken now.
pub(super) fn check(seal: &Seal, mark: &str, now: Timestamp) -> Result<(), Untimely> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).map_err(|_| Untimely::TooOld)?;
    let (opened, rest) = bytes.split_first_chunk::<INSTANT>().ok_or(Untimely::TooOld)?;
    let (own, signed) = rest.split_first_chunk::<OWN>().ok_or(Untimely::TooOld)?;
    let expected = seal.digest(b"form of a tip", &[&opened[..], &own[..]]);
    let is_ours = signed.len() == SIGNED && bool::from(subtle::ConstantTimeEq::ct_eq(&expected[..], signed));
    let age = now.micros().saturating_sub(i64::from_be_bytes(*opened));
    match age {
        _ if !is_ours || age > LATEST_MICROS => Err(Untimely::TooOld),
        _ if age < SOONEST_MICROS => Err(Untimely::TooSoon),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = WINDOW_MICROS;

    #[test]
    fn a_network_and_all_of_them_send_so_much_in_an_hour() {
        let letters = Letters::default();
        for count in 0..i64::from(OF_NETWORK) {
            assert_eq!(letters.take([1; 32], count), Ok(()));
        }
        assert_eq!(letters.take([1; 32], HOUR / 2), Err(1_801));
        assert_eq!(letters.take([2; 32], HOUR / 2), Ok(()));
        assert_eq!(letters.take([1; 32], HOUR + 1), Ok(()), "its hour is over");
        let letters = Letters::default();
        for one in 0..OF_ALL {
            assert_eq!(letters.take([u8::try_from(one).unwrap() + 1; 32], 0), Ok(()));
        }
        assert!(letters.take([200; 32], 1).is_err());
    }

    #[test]
    fn addresses_of_one_network_are_counted_as_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.9"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8:0:ffff::1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:1::1"));
    }

    #[test]
    fn a_form_is_taken_after_a_few_seconds_for_a_day() {
        let seal = Seal::new([1; 32]);
        let at = Timestamp::from_micros;
        let form = mark(&seal, at(1_000), [7; OWN]);
        let after = |micros: i64| check(&seal, &form, at(1_000 + micros));
        assert_eq!(after(0), Err(Untimely::TooSoon));
        assert_eq!(after(SOONEST_MICROS), Ok(()));
        assert_eq!(after(LATEST_MICROS + 1), Err(Untimely::TooOld));
        assert_eq!(check(&Seal::new([2; 32]), &form, at(HOUR)), Err(Untimely::TooOld));
        for odd in ["", "x", "AAAA", &form[1..]] {
            assert_eq!(check(&seal, odd, at(HOUR)), Err(Untimely::TooOld), "{odd}");
        }
        assert_ne!(form, mark(&seal, at(1_000), [8; OWN]));
    }
}
