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
/// stub
pub mod flow_export {
    /// stub
    pub struct Collector;
    impl Collector {
        /// stub
        pub fn new(_: crate::Limits) -> Self { Self }
        /// stub
        pub fn datagram(&mut self, _from: &str, _bytes: &[u8], _sink: &mut dyn FnMut(&crate::Event<'_>)) -> Result<u64, stix::Problem> { Ok(0) }
    }
}
