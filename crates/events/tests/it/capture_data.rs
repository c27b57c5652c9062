//! Real captures: every packet is counted, and what is known to be in them is found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::capture::{Taken, taken};

/// A folder of the data, or none with a word about it.
fn folder(name: &str) -> Option<PathBuf> {
    let Ok(root) = std::env::var("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join(name))
}

/// The captures below a folder, by name.
fn captures(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| matches!(extension.to_str(), Some("pcap" | "pcapng" | "cap")))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Counts the packets of a capture without reading them, as a check on the reader. Whole records only.
fn packets(bytes: &[u8]) -> u64 {
    let word = |at: usize, big_endian: bool| {
        let word: Option<[u8; 4]> = bytes.get(at..at + 4).map(|word| word.try_into().unwrap());
        word.map(|word| if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) } as usize)
    };
    let mut count = 0;
    if bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        let mut at = 0;
        let mut big_endian = false;
        while let Some(kind) = word(at, big_endian) {
            if kind == 0x0a0d_0d0a {
                big_endian = bytes.get(at + 8) == Some(&0x1a);
            }
            let Some(length) = word(at + 4, big_endian).filter(|length| *length >= 12 && at + length <= bytes.len())
            else {
                break;
            };
            count += u64::from(matches!(word(at, big_endian), Some(3 | 6)));
            at += length;
        }
        return count;
    }
    let big_endian = bytes[0] == 0xa1;
    let header = if bytes[0] == 0x34 { 24 } else { 16 };
    let mut at = 24;
    while let Some(length) = word(at + 8, big_endian) {
        at += header + length;
        if at > bytes.len() {
            break;
        }
        count += 1;
    }
    count
}

/// Events by name, over many captures.
fn tally(counts: &mut BTreeMap<String, u64>, sink: &Taken) {
    for (_, event) in &sink.events {
        *counts.entry(event["event"].as_str().unwrap().to_owned()).or_default() += 1;
    }
}

#[test]
fn every_packet_of_every_capture_is_counted() {
    let Some(folder) = folder("detect") else { return };
    let mut counts = BTreeMap::new();
    let mut problems: BTreeMap<&str, u64> = BTreeMap::new();
    let mut total = 0;
    let all = [captures(&folder.join("suricata")), captures(&folder.join("ics"))].concat();
    assert!(all.len() >= 1_100, "{} captures", all.len());
    for path in &all {
        let bytes = fs::read(path).unwrap();
        let (sink, summary) = taken(&bytes);
        assert_eq!(summary.records, packets(&bytes), "{}", path.display());
        assert_eq!(summary.events, sink.events.len() as u64);
        total += summary.records;
        tally(&mut counts, &sink);
        for problem in &sink.problems {
            *problems.entry(problem.code).or_default() += 1;
        }
    }
    println!(
        "{} captures, {total} packets, events {counts:?}, problems {problems:?}",
        all.len()
    );
}

#[test]
fn modbus_exchanges_are_those_that_zeek_counts() {
    let Some(folder) = folder("detect/ics/icsnpp-modbus/testing") else {
        return;
    };
    let (sink, _) = taken(&fs::read(folder.join("traces/modbus_example.pcap")).unwrap());
    // Zeek writes a line for each exchange, where we tell its request and its response.
    let ours = |message: &str| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for event in sink.named("modbus") {
            if event["modbus.message"] == message {
                let name = event["modbus.function_name"].as_str().unwrap();
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        counts
    };
    let log = fs::read_to_string(folder.join("baseline/analyzer.basic/modbus.log")).unwrap();
    let mut theirs: BTreeMap<String, u64> = BTreeMap::new();
    for line in log.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split('\t').nth(6).unwrap();
        // An exception is named by its function and a word behind it.
        *theirs
            .entry(name.trim_end_matches("_EXCEPTION").to_owned())
            .or_default() += 1;
    }
    assert_eq!(theirs.values().sum::<u64>(), 24);
    assert_eq!(ours("request"), theirs);
    assert_eq!(ours("response"), theirs);
}

#[test]
fn captures_of_plants_are_recognised_as_their_protocol() {
    let Some(folder) = folder("detect/ics") else { return };
    // Two captures of failed transfers, each kept twice, have nothing above Ethernet but ARP; and one that is called
    // MMS holds a multimedia message over HTTP.
    let without = [
        "IEC61850/m-send-req.mms.pcap",
        "openics/EIP-SoftwareDownloadFailure.pcap",
        "openics/EIP-SoftwareUploadFailure.pcap",
        "quickdraw/CL5000EIP-Software Download Failure.pcap",
        "quickdraw/CL5000EIP-Software Upload Failure.pcap",
    ];
    let mut unknown = Vec::new();
    let (mut known, mut empty) = (0, 0);
    for (name, services) in [
        ("BACnet", &["bacnet"][..]),
        ("C37.118", &["synchrophasor"]),
        ("EthernetIP", &["enip", "cip-io"]),
        ("IEC60870-5-104", &["iec104"]),
        ("IEC61850", &["mms", "goose"]),
        ("MELSEC", &["melsec"]),
        ("ModbusTCP", &["modbus"]),
        ("OPC", &["opc-ua"]),
        ("beckoff", &["ads"]),
        ("bro/dnp3", &["dnp3"]),
        ("bro/modbus", &["modbus"]),
        ("dnp3", &["dnp3"]),
        ("fox", &["fox"]),
        ("icsnpp-modbus", &["modbus"]),
        ("modicon", &["modbus"]),
        ("openics", &["dnp3", "enip", "modbus"]),
        ("profinet", &["profinet"]),
        ("quickdraw", &["dnp3", "enip", "modbus"]),
        // One of them holds synchrophasors instead.
        ("s7", &["s7", "s7-plus", "iso-tsap", "synchrophasor"]),
    ] {
        for path in captures(&folder.join(name)) {
            let (sink, summary) = taken(&fs::read(&path).unwrap());
            // Some were taken while nothing was said.
            if summary.records == 0 {
                empty += 1;
                continue;
            }
            let found = sink.events.iter().any(|(_, event)| {
                event["service"]
                    .as_str()
                    .is_some_and(|service| services.contains(&service))
            });
            if found {
                known += 1;
            } else {
                unknown.push(path.strip_prefix(&folder).unwrap().display().to_string());
            }
        }
    }
    println!("{known} captures recognised as their protocol, {empty} empty");
    assert_eq!(unknown, without);
    assert!(known >= 160, "{known}");
}

#[test]
fn hellos_in_quic_are_those_that_wireshark_reads() {
    let Some(folder) = folder("detect/suricata") else {
        return;
    };
    // Names and fingerprints as tshark 4 gives them; JA3 is of the client, JA3S of the server.
    for (name, version, server, ja3, ja3s) in [
        (
            "quic-frag",
            "1",
            "token.services.mozilla.com",
            "2d95fd459df0b3bba123e69b002b3f92",
            "eb1d94daa7e0344597e756a1fb6e7054",
        ),
        (
            "quic-frag-unordered",
            "1",
            "mastodon.social",
            "272f82e5021102e1a2dda48dca35e0a1",
            "15af977ce25de452b96affa2addb1036",
        ),
        (
            "quic-ietf",
            "1",
            "msquic.net",
            "292bd0719190dff4cb1033de8573310d",
            "2253c82f03b621c5144709b393fde2c9",
        ),
        (
            "quic-initial-not-first",
            "1",
            "scontent-ams4-1.xx.fbcdn.net",
            "9a78264e64e221797705e75a3c55df01",
            "f4febc55ea12b31ae17cfb7e614afda8",
        ),
        (
            "quic-retry-multiple",
            "1",
            "public-api.wordpress.com",
            "399f55fb0c66675d155fb160088d1143",
            "f4febc55ea12b31ae17cfb7e614afda8",
        ),
        (
            "quic-v2-ja3",
            "2",
            "",
            "ea0aece5703cb982b232a0684fc35b16",
            "f4febc55ea12b31ae17cfb7e614afda8",
        ),
        (
            "ja4-rules",
            "1",
            "cloudflare-quic.com",
            "3cbc33c648fe331404456f48a5a27170",
            "eb1d94daa7e0344597e756a1fb6e7054",
        ),
    ] {
        let (sink, _) = taken(&fs::read(folder.join(name).join("input.pcap")).unwrap());
        let hellos = sink.named("quic");
        let of = |message: &str| hellos.iter().find(|event| event["tls.message"] == message).unwrap();
        let (client, answer) = (of("client_hello"), of("server_hello"));
        assert_eq!(client["quic.version"], version, "{name}");
        assert_eq!(client["tls.sni"].as_str().unwrap_or_default(), server, "{name}");
        assert_eq!(client["tls.ja3"], ja3, "{name}");
        assert_eq!(answer["tls.ja3s"], ja3s, "{name}");
        assert!(client["tls.ja4"].as_str().unwrap().starts_with('q'), "{name}");
        assert!(
            sink.named("flow").iter().any(|flow| flow["service"] == "quic"),
            "{name}"
        );
    }
    // Google's QUIC before it had a standard.
    let (sink, _) = taken(&fs::read(folder.join("quic-alerts/input.pcap")).unwrap());
    let hello = sink.named("quic")[0];
    assert_eq!(hello["tls.sni"], "clients1.google.com");
    assert_eq!(hello["quic.user_agent"], "Chrome/79.0.3945.117 Linux x86_64");
}

#[test]
fn heads_of_http_2_are_those_that_wireshark_reads() {
    let Some(folder) = folder("detect/suricata") else {
        return;
    };
    for (name, url, status) in [
        (
            "http2-authority-mismatch/authority_and_host_2.pcap",
            "https://example.com/",
            "403",
        ),
        ("http2-continuation/input.pcap", "http://127.0.0.1:8080/tata", "200"),
        ("http2-keywords2/input.pcap", "http://nghttp2.org/humans.txt", "404"),
        (
            "bug-5929-02/http2_multiple_headers.pcap",
            "https://bugertor.com/watchdog/watchdog.exe",
            "404",
        ),
        ("dns-over-http2-limit/input.pcap", "http://127.0.0.1:8080/dns", "415"),
    ] {
        let (sink, _) = taken(&fs::read(folder.join(name)).unwrap());
        let heads: Vec<_> = sink
            .named("http")
            .into_iter()
            .filter(|event| event["http.version"] == "2")
            .collect();
        let has = |field: &str, value: &str| heads.iter().any(|event| event[field] == value);
        assert!(has("http.url", url), "{name}: {heads:#?}");
        assert!(has("http.status", status), "{name}: {heads:#?}");
    }
}
