//! No bytes make a reader of traffic panic, it keeps its limits, and its counts are those of what it handed out
//! (docs/fuzzing.md).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::io::{Cursor, Read};

use events::capture::flow_export::Collector;
use events::capture::read;
use events::{Limits, Summary};
use proptest::prelude::*;

use crate::capture::{ANSWER, QUERY, Taken, connection, dnstap, http2_request, netflow_9, pcap, tapped, udp};
use crate::mutate::{Bytes, config, mutated};

/// Gives one to seven bytes at a time, as a slow line does.
struct Dripping<'a>(Cursor<&'a [u8]>, usize);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 7 + 1;
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

const WORDS: &[&str] = &[
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\0\0\x04\x01\x04\0\0\0\x01\x3f\x7f\x7f\x7f",
    "GET ",
    " HTTP/1.1\r\n",
    "Host: a.example\r\n",
    "\r\n\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: ",
    "18446744073709551615",
    "ffffffffffffffff\r\n",
    "EHLO ",
    "DATA\r\n",
    "\r\n.\r\n",
    "SSH-2.0-x\r\n",
    "HELF",
    "fox a ",
    "};;",
    "=?utf-8?q?",
    "\0",
    "\u{1}\0\0\0",
    "\u{16}\u{3}\u{1}",
    "\u{5}d\u{5}",
    "E\0\0",
    "USER ",
    "\u{3}\0\0\u{16}",
];

fn limits() -> Limits {
    Limits {
        record_bytes: 32 << 10,
        streams: 4,
        stream_bytes: 2 << 10,
        problems: 8,
    }
}

/// Reads from memory and as a slow stream: both must give the same, and the numbers must be right.
fn agree(bytes: &[u8]) -> Option<(Taken, Summary)> {
    let mut whole = Taken::default();
    let one = read(&mut Cursor::new(bytes), &limits(), &mut whole);
    let mut slow = Taken::default();
    let other = read(&mut Dripping(Cursor::new(bytes), 0), &limits(), &mut slow);
    assert_eq!(one, other);
    assert_eq!(whole.events, slow.events);
    assert_eq!(whole.problems, slow.problems);
    let summary = one.ok()?;
    assert_eq!(summary.events, whole.events.len() as u64);
    // What is told one by one, and the five that count the rest.
    assert!(whole.problems.len() <= limits().problems + 5);
    Some((whole, summary))
}

/// A hello of a TLS client, in a record.
pub fn client_hello() -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&[7; 32]);
    body.extend_from_slice(b"\0\0\x06\x2a\x2a\x13\x01\xc0\x2f\x01\0");
    let extensions = b"\x0a\x0a\0\0\0\0\0\x10\0\x0e\0\0\x0bexample.com\0\x10\0\x05\0\x03\x02h2\
        \0\x0a\0\x06\0\x04\x1a\x1a\0\x1d\0\x0b\0\x02\x01\0\0\x0d\0\x06\0\x04\x04\x03\x08\x04\0\x2b\0\x05\x04\x7a\x7a\x03\x04";
    body.extend_from_slice(&u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend_from_slice(extensions);
    let mut record = vec![22, 3, 1];
    record.extend_from_slice(&u16::try_from(body.len() + 4).unwrap().to_be_bytes());
    record.extend_from_slice(&[1, 0]);
    record.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
    record.extend_from_slice(&body);
    record
}

/// What SSH sides say: a greeting and an offer.
fn ssh() -> Vec<u8> {
    let mut message = vec![4, 20];
    message.extend_from_slice(&[9; 16]);
    for list in [
        "curve25519-sha256",
        "ssh-ed25519",
        "aes128-ctr",
        "aes128-ctr",
        "hmac-sha2-256",
        "hmac-sha1",
        "none",
        "zlib",
        "",
        "",
    ] {
        message.extend_from_slice(&u32::try_from(list.len()).unwrap().to_be_bytes());
        message.extend_from_slice(list.as_bytes());
    }
    message.extend_from_slice(&[0; 9]);
    let mut bytes = b"SSH-2.0-probe_1\r\n".to_vec();
    bytes.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    bytes
}

fn samples() -> Vec<Vec<u8>> {
    let over_tcp: Vec<u8> = [&[0, u8::try_from(QUERY.len()).unwrap()], QUERY].concat();
    let vxlan = [
        &b"\x08\0\0\0\0\0\x01\0\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0"[..],
        &udp(53, true, QUERY),
    ]
    .concat();
    vec![
        pcap(&[udp(53, true, QUERY), udp(53, false, ANSWER), udp(4_789, true, &vxlan)]),
        pcap(&connection(
            80,
            &[
                b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            ],
        )),
        pcap(&connection(443, &[&client_hello()])),
        pcap(&connection(8080, &[&http2_request()])),
        pcap(&[udp(
            443,
            true,
            b"\xc3Q046\x50\x01\x02\x03\x04\x05\x06\x07\x08CHLO\x01\0\0\0SNI\0\x09\0\0\0a.example",
        )]),
        pcap(&connection(22, &[&ssh(), &ssh()])),
        pcap(&connection(53, &[&over_tcp])),
        pcap(&connection(
            502,
            &[b"\0\x01\0\0\0\x06\x11\x03\0\x6b\0\x03", b"\0\x01\0\0\0\x03\x11\x83\x02"],
        )),
        pcap(&connection(
            102,
            &[b"\x03\0\0\x16\x11\xe0\0\0\0\x01\0\xc0\x01\x0a\xc1\x02\x01\0\xc2\x02\x01\x02"],
        )),
        pcap(&[
            udp(2_055, true, &netflow_9()),
            udp(
                47_808,
                true,
                b"\x81\x0b\0\x18\x01\x20\xff\xff\0\xff\x10\0\xc4\x02\0\x04\xd2\x22\x05\xc4\x91\0\x21\x07",
            ),
        ]),
        dnstap(&[tapped()]),
    ]
}

#[test]
fn unbroken_samples_reach_their_readers() {
    let services = [
        "dns", "http", "tls", "http", "quic", "ssh", "dns", "modbus", "iso-tsap", "bacnet", "dns",
    ];
    for (sample, service) in samples().iter().zip(services) {
        let (sink, _) = agree(sample).unwrap();
        assert!(!sink.named(service).is_empty(), "{service}: {:?}", sink.events);
    }
}

#[test]
fn ja3_and_ja4_of_a_hello_leave_grease_out() {
    let (sink, _) = agree(&pcap(&connection(443, &[&client_hello()]))).unwrap();
    let hello = sink.named("tls")[0];
    assert_eq!(hello["tls.sni"], "example.com");
    // MD5 of 771,4865-49199,0-16-10-11-13-43,29,0 and SHA-256 of 1301,c02f and of 000a,000b,000d,002b_0403,0804,
    // worked out with md5sum and sha256sum.
    assert_eq!(hello["tls.ja3"], "f30adf7b504167fd2c89311761003ce5");
    assert_eq!(hello["tls.ja4"], "t13d0206h2_c1929292aa6b_fb71836bce29");
}

#[test]
fn hassh_takes_the_lists_of_the_direction() {
    let (sink, _) = agree(&pcap(&connection(22, &[&ssh(), &ssh()]))).unwrap();
    let sides = sink.named("ssh");
    // MD5 of curve25519-sha256;aes128-ctr;hmac-sha2-256;none and of …;hmac-sha1;zlib, worked out with md5sum.
    assert_eq!(sides[0]["ssh.hassh"], "e97d07603350d1111ec2b64bf25413c9");
    assert_eq!(sides[1]["ssh.hassh_server"], "040a91f814a77eb53b9a8196e05a26cd");
    assert_eq!(sides[0]["ssh.banner"], "SSH-2.0-probe_1");
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn broken_captures_are_read_as_far_as_they_go(Bytes(input) in mutated(samples(), WORDS)) {
        agree(&input);
    }

    /// The container stays whole, so that the readers of protocols see what is broken.
    #[test]
    fn broken_payloads_are_read_as_far_as_they_go(
        Bytes(client) in mutated(vec![client_hello(), ssh(), b"EHLO a\r\nMAIL FROM:<a@example.com>\r\n".to_vec(), QUERY.to_vec()], WORDS),
        Bytes(server) in mutated(vec![ssh(), b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"220 mx.example\r\n".to_vec(), ANSWER.to_vec()], WORDS),
        port in prop::sample::select(vec![22, 25, 21, 53, 80, 102, 443, 502, 1_911, 2_404, 4_712, 4_840, 5_007, 20_000, 44_818, 48_898]),
    ) {
        let client = &client[..client.len().min(8_000)];
        let server = &server[..server.len().min(8_000)];
        agree(&pcap(&connection(port, &[client, server, client])));
    }

    #[test]
    fn broken_datagrams_are_read_as_far_as_they_go(
        Bytes(input) in mutated(vec![ANSWER.to_vec(), netflow_9(), QUERY.to_vec()], WORDS),
        port in prop::sample::select(vec![53, 502, 2_055, 2_152, 2_222, 3_544, 4_789, 5_353, 6_081, 20_000, 44_818, 47_808]),
    ) {
        let input = &input[..input.len().min(16_000)];
        agree(&pcap(&[udp(port, true, input), udp(port, false, input)]));
        let mut collector = Collector::new(&limits());
        let from = "192.0.2.254:2055".parse().unwrap();
        for _ in 0..2 {
            let mut count = 0;
            if let Ok(flows) = collector.datagram(from, input, &mut |_| count += 1) {
                prop_assert_eq!(flows, count);
            }
        }
    }
}
