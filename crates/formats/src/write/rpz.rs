//! A DNS response policy zone (draft-vixie-dnsop-dns-rpz): names and addresses that get no answer.
//!
//! A full set is a zone file whose serial is the time of the export in seconds. A change is a script for `nsupdate`,
//! which the server turns into a new serial and an incremental transfer.

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv6Addr};

use stix::observable::{Kind, Observable};

use super::export::{Entry, Outcome, Step, Writer};
use super::options::{Mode, Options};
use super::plain;
use super::selector::Selector;
use super::target::Target;

const FULL: &str = "commonwatch.rpz.zone";
const CHANGES: &str = "commonwatch.rpz.nsupdate";
const TTL: u32 = 300;
/// Changes in one update message.
const BATCH: usize = 200;

pub(super) struct Rpz<'a> {
    options: &'a Options<'a>,
    zone: String,
    batch: usize,
}

impl<'a> Rpz<'a> {
    pub(super) fn new(options: &'a Options<'a>) -> Self {
        let zone = options.zone.trim_end_matches('.').to_ascii_lowercase();
        let zone = plain::domain(&zone).map_or_else(|_| "rpz.commonwatch".to_owned(), str::to_owned);
        Self {
            options,
            zone,
            batch: 0,
        }
    }
}

impl Writer for Rpz<'_> {
    fn each_value_once(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        let source = plain::note(&self.options.source, 60);
        match self.options.mode {
            Mode::Full => {
                // Serials are 32 bits and compare in a circle (RFC 1982): the time serves until 2106 and beyond.
                let serial = (self.options.now.micros() / 1_000_000) as u32;
                let text = format!(
                    "; {source} {}\n$TTL {TTL}\n$ORIGIN {}.\n@ SOA localhost. root.localhost. {serial} 3600 600 604800 {TTL}\n@ NS localhost.\n",
                    self.options.now, self.zone
                );
                out.write(FULL, text.as_bytes())
            }
            Mode::Changes => out.write(
                CHANGES,
                format!("; {source} {}\nzone {}\n", self.options.now, self.zone).as_bytes(),
            ),
        }
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let value = match selector {
            Selector::Value(value) => value,
            Selector::Flow(_) => match selector.only_end() {
                Some(end) => end,
                None => return Ok(Outcome::NotExpressible("a DNS server does not see ports".to_owned())),
            },
            Selector::File(_) => return Ok(Outcome::NotForFormat),
        };
        let owners = match owners(value, self.options.subdomains) {
            Ok(owners) => owners,
            Err(outcome) => return Ok(outcome),
        };
        if let Some(long) = owners.iter().find(|owner| owner.len() + self.zone.len() + 1 > 253) {
            return Ok(Outcome::Unsafe(format!(
                "with the name of the zone, '{long}' is longer than a name may be"
            )));
        }
        let mut text = String::new();
        for owner in &owners {
            match entry.step {
                Step::Present => {
                    let _ = writeln!(text, "{owner} CNAME .");
                }
                Step::Added | Step::Changed => {
                    let _ = writeln!(text, "update add {owner}.{}. {TTL} CNAME .", self.zone);
                }
                Step::Removed => {
                    let _ = writeln!(text, "update delete {owner}.{}. CNAME", self.zone);
                }
            }
            if self.options.mode == Mode::Changes {
                self.batch += 1;
                if self.batch.is_multiple_of(BATCH) {
                    text.push_str("send\n");
                }
            }
        }
        out.write(
            if self.options.mode == Mode::Full { FULL } else { CHANGES },
            text.as_bytes(),
        )?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, out: &mut dyn Target) -> io::Result<()> {
        if self.options.mode == Mode::Changes && !self.batch.is_multiple_of(BATCH) {
            out.write(CHANGES, b"send\n")?;
        }
        Ok(())
    }
}

/// The names in the zone that stand for a value.
fn owners(value: &Observable, subdomains: bool) -> Result<Vec<String>, Outcome> {
    if value.kind == Kind::Domain {
        let name = plain::narrow_domain(&value.value)?;
        // Names that end so have a meaning of their own in a policy zone.
        if name.rsplit('.').next().is_some_and(|last| last.starts_with("rpz-")) {
            return Err(Outcome::Unsafe(
                "its last part is a key word of policy zones".to_owned(),
            ));
        }
        let mut owners = vec![name.to_owned()];
        if subdomains {
            owners.push(format!("*.{name}"));
        }
        return Ok(owners);
    }
    if !plain::is_address(value.kind) {
        return Err(Outcome::NotForFormat);
    }
    Ok(vec![match plain::narrow_network(value)? {
        (IpAddr::V4(address), prefix) => {
            let [a, b, c, d] = address.octets();
            format!("{prefix}.{d}.{c}.{b}.{a}.rpz-ip")
        }
        (IpAddr::V6(address), prefix) => format!("{prefix}.{}.rpz-ip", reversed(address)),
    }])
}

/// The words of an address from the last to the first, the longest run of zeros as `zz`.
fn reversed(address: Ipv6Addr) -> String {
    // Written from words, since Display shows some addresses with an IPv4 tail.
    let words = address.segments();
    let (mut best, mut at) = (0..0, 0);
    while at < words.len() {
        let run = words.iter().skip(at).take_while(|word| **word == 0).count();
        if run > 1 && run > best.len() {
            best = at..at + run;
        }
        at += run.max(1);
    }
    let mut labels = Vec::new();
    for (at, word) in words.iter().enumerate().rev() {
        if at + 1 == best.end {
            labels.push("zz".to_owned());
        }
        if !best.contains(&at) {
            labels.push(format!("{word:x}"));
        }
    }
    labels.join(".")
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::reversed;

    #[test]
    fn addresses_are_written_backwards_with_zz_for_the_zeros() {
        for (address, expected) in [
            ("2001:db8::1", "1.zz.db8.2001"),
            ("2001:db8::", "zz.db8.2001"),
            ("2001:db8:0:1::5:6", "6.5.zz.1.0.db8.2001"),
            ("1:2:3:4:5:6:7:8", "8.7.6.5.4.3.2.1"),
        ] {
            assert_eq!(reversed(address.parse::<Ipv6Addr>().unwrap()), expected);
        }
    }
}
