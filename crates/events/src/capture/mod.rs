//! Captured traffic and reports of it: pcap and pcapng, NetFlow and IPFIX, dnstap.
