//! What a member says of its live watch: that it runs, up to where its watchlist goes, which kinds of logs it reads.

use policy::{Action, decide};
use stix::Timestamp;
use store::LogFamily;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchWish {
    /// The watchlist has everything that was added up to here.
    pub upto: Timestamp,
    /// What is read.
    pub families: Vec<LogFamily>,
}

impl Node {
    /// Notes that the watch of the caller's member runs. Gives how many indicators are new in its watchlist.
    ///
    /// # Errors
    /// When the caller may not say so, `upto` is still to come, or the store does not answer.
    pub async fn watching_say(&self, caller: &Caller, wish: &WatchWish) -> Result<u64, Error> {
        decide(&caller.principal, Action::RecordHits).map_err(|refusal| Error::refused(refusal, ""))?;
        if wish.upto > self.now() {
            // It may be right in a moment: clocks differ.
            return Err(Error::Conflict(
                "'upto' is still to come by the clock of this node: give the last date added (TAXII) of what the watchlist \
                 was made from"
                    .to_owned(),
            ));
        }
        let mut families = wish.families.clone();
        families.sort_unstable();
        families.dedup();
        Ok(self
            .store()
            .watching_put(&caller.principal, wish.upto, &families)
            .await?)
    }
}

/// The family of a log, by the name of its reader.
pub(crate) fn family(reader: &str) -> LogFamily {
    let (first, _) = reader.split_once('-').unwrap_or((reader, ""));
    match first {
        "dns" | "dnstap" | "bind" | "unbound" | "pihole" => LogFamily::Dns,
        "web" | "access" | "w3c" | "squid" | "nginx" | "apache" => LogFamily::Web,
        "netflow" | "ipfix" | "flow" => LogFamily::Flow,
        "zeek" | "suricata" | "eve" | "pcap" | "pcapng" => LogFamily::Sensor,
        "evtx" | "windows" | "sysmon" => LogFamily::Windows,
        "syslog" | "cef" | "leef" | "pairs" => LogFamily::Syslog,
        "cloudtrail" | "vpc" => LogFamily::Cloud,
        _ => LogFamily::Other,
    }
}
