//! Captured traffic and reports of it: pcap and pcapng, NetFlow and IPFIX, dnstap.
use std::io::Read;

/// stub until merged
pub fn is_capture(_head: &[u8]) -> Option<&'static str> {
    None
}
/// stub until merged
pub fn read(_input: &mut dyn Read, _limits: &crate::Limits, _sink: &mut dyn crate::Sink) -> Result<crate::Summary, stix::Problem> {
    Ok(crate::Summary::default())
}
