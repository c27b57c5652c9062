//! What sign-ins leave behind in this process: verdicts that are believed for a while, failures that are counted.
//!
//! Passwords are hashed a few at a time: each hash wants 19 MiB, and whoever sends a thousand guesses at once shall
//! neither take the memory nor outrun the counting.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use stix::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::accounts::{Caller, SignInError};
use crate::error::Error;

/// How long a verified password is believed without hashing it again.
const VERDICT_MICROS: i64 = 5 * 60 * 1_000_000;
/// Kept verdicts; above this the oldest half is dropped.
const MOST_VERDICTS: usize = 20_000;
/// Failures allowed for a login from one address within [`FAILURE_MICROS`].
const FAILURES_OF_LOGIN: u32 = 10;
/// Failures allowed for an address, whatever the login: many people may sit behind one.
const FAILURES_OF_ADDRESS: u32 = 50;
/// Wrong tokens of invitations, and wrong links of reports, allowed for an address.
const FAILURES_OF_INVITATION: u32 = 20;
/// Wrong codes of a second factor allowed for a person, wherever they come from.
const FAILURES_OF_CODE: u32 = 5;
/// Wrong proofs allowed for a session: fewer than codes, so that who stole one does not use up those of its person.
const FAILURES_OF_PROOF: u32 = 3;
/// The window in which failures are counted, and how long one who reached the limit waits.
const FAILURE_MICROS: i64 = 5 * 60 * 1_000_000;
/// Logins and addresses whose failures are counted; above this the older half is forgotten.
const MOST_COUNTED: usize = 20_000;
/// Passwords that are hashed at the same time.
const HASHED_AT_ONCE: usize = 4;
/// Sign-ins that wait for their turn to be hashed; more are asked to come again.
const MOST_WAITING: usize = 512;
/// What was found out about something presented.
pub(crate) struct Verdict {
    pub caller: Caller,
    pub generation: i64,
    pub until: i64,
    pub addresses: Vec<String>,
    /// The hash that a password was verified against: while the account still has it, the policy may move on without
    /// the password being hashed again.
    pub password_hash: Option<String>,
}

struct Failures {
    count: u32,
    since: i64,
}

/// Verified credentials and counted failures of this process.
pub(crate) struct SignIns {
    verdicts: Mutex<HashMap<[u8; 32], Verdict>>,
    /// By the digest of a [`Counted`] name: a login can be as long as a header.
    failures: Mutex<HashMap<[u8; 32], Failures>>,
    hashing: Semaphore,
    waiting: Semaphore,
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            verdicts: Mutex::default(),
            failures: Mutex::default(),
            hashing: Semaphore::new(HASHED_AT_ONCE),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }
}

/// What failures are counted for, and how many of them it may have.
pub(crate) struct Counted {
    name: [u8; 32],
    most: u32,
}

impl Counted {
    /// Of an address, whoever it says it is.
    pub fn address(whence: IpAddr) -> Self {
        Self::new(&format!("address {whence}"), FAILURES_OF_ADDRESS)
    }

    /// Of an address that opens invitations with wrong tokens.
    pub fn invitation(whence: IpAddr) -> Self {
        Self::new(&format!("invitation from {whence}"), FAILURES_OF_INVITATION)
    }

    /// Of an address that follows reports with wrong links.
    pub fn tip(whence: IpAddr) -> Self {
        Self::new(&format!("link of a report from {whence}"), FAILURES_OF_INVITATION)
    }

    /// Of a login from an address.
    pub fn login(login: &str, whence: IpAddr) -> Self {
        Self::new(&format!("login {login} from {whence}"), FAILURES_OF_LOGIN)
    }

    /// Of the second factor of a person.
    pub fn code(person: policy::PersonId) -> Self {
        Self::new(&format!("code of {}", person.0), FAILURES_OF_CODE)
    }

    /// Of proofs in a session.
    pub fn proof(session: store::CredentialId) -> Self {
        Self::new(&format!("proof in {}", session.0), FAILURES_OF_PROOF)
    }

    fn new(name: &str, most: u32) -> Self {
        Self {
            name: digest(name.as_bytes()),
            most,
        }
    }
}

pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Until when a verdict of now is believed: never longer than what it rests on.
pub(crate) fn until(now: i64, expires: Option<Timestamp>) -> i64 {
    let expires = expires.map_or(i64::MAX, Timestamp::micros);
    expires.min(now + VERDICT_MICROS)
}

/// What an address is counted as: whoever has one IPv6 address has the whole /64 of it.
pub(crate) fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl SignIns {
    pub fn verdict(&self, presented: &[u8; 32], generation: i64, now: i64) -> Option<(Caller, Vec<String>)> {
        let verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        let verdict = verdicts.get(presented)?;
        (verdict.generation == generation && verdict.until > now)
            .then(|| (verdict.caller.clone(), verdict.addresses.clone()))
    }

    pub fn keep(&self, presented: [u8; 32], verdict: Verdict) {
        let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if verdicts.len() >= MOST_VERDICTS {
            let mut ends: Vec<i64> = verdicts.values().map(|kept| kept.until).collect();
            ends.sort_unstable();
            let middle = ends.get(ends.len() / 2).copied().unwrap_or_default();
            verdicts.retain(|_, kept| kept.until > middle);
        }
        verdicts.insert(presented, verdict);
    }

    /// Refuses where one of these has failed too often.
    pub fn check(&self, counted: &[Counted], now: i64) -> Result<(), SignInError> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = counted
            .iter()
            .filter_map(|one| failures.get(&one.name).filter(|failed| failed.count >= one.most))
            .filter(|failed| now - failed.since < FAILURE_MICROS)
            .map(|failed| ((failed.since + FAILURE_MICROS - now) / 1_000_000 + 1).unsigned_abs())
            .max();
        match wait {
            Some(retry_after_seconds) => Err(SignInError::TooManyFailures { retry_after_seconds }),
            None => Ok(()),
        }
    }

    pub fn failed(&self, counted: &[Counted], now: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_COUNTED {
            let mut begun: Vec<i64> = failures.values().map(|failed| failed.since).collect();
            begun.sort_unstable();
            let middle = begun.get(begun.len() / 2).copied().unwrap_or_default();
            failures.retain(|_, failed| failed.since > middle);
        }
        for one in counted {
            let entry = failures.entry(one.name).or_insert(Failures { count: 0, since: now });
            if now - entry.since >= FAILURE_MICROS {
                *entry = Failures { count: 0, since: now };
            }
            entry.count = entry.count.saturating_add(1);
        }
    }

    /// The turn to hash a password, held until the outcome is counted.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, SignInError> {
        let busy = || Error::Unavailable("too many people sign in at the same time".to_owned());
        let _waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        Ok(self.hashing.acquire().await.map_err(|_| busy())?)
    }

    /// Forgets the failures of a login. Those of the address stay: else whoever has one account could try the
    /// passwords of others without ever waiting.
    pub fn succeeded(&self, of_login: &Counted) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&of_login.name);
    }

    /// The password hash against which this was verified a short while ago.
    pub fn proven(&self, presented: &[u8; 32], now: i64) -> Option<String> {
        let verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        verdicts
            .get(presented)
            .filter(|verdict| verdict.until > now)?
            .password_hash
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, MOST_COUNTED, SignIns, counted_as};

    #[test]
    fn failures_are_counted_for_an_ipv6_network_as_for_one_address() {
        let counted = |text: &str| counted_as(text.parse().unwrap());
        assert_eq!(counted("2001:db8::1"), counted("2001:db8::ffff:1"));
        assert_ne!(counted("2001:db8::1"), counted("2001:db8:0:1::1"));
        assert_ne!(counted("192.0.2.1"), counted("192.0.2.2"));
    }

    #[test]
    fn counting_failures_takes_no_more_room_however_many_names_fail() {
        let sign_ins = SignIns::default();
        for number in 0..3 * MOST_COUNTED {
            let now = i64::try_from(number).unwrap();
            sign_ins.failed(&[Counted::new(&format!("login {number}"), 1)], now);
        }
        assert!(sign_ins.failures.lock().unwrap().len() <= MOST_COUNTED);
        let last = Counted::new(&format!("login {}", 3 * MOST_COUNTED - 1), 1);
        assert!(sign_ins.check(&[last], 0).is_err());
    }
}
