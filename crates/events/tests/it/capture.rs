//! Captures made here, byte by byte: what is in them comes out, and what is wrong with them is said.

use std::io::Cursor;
use std::net::SocketAddr;
use std::ops::ControlFlow;

use events::capture::flow_export::Collector;
use events::capture::{is_capture, read};
use events::{Event, Limits, Role, Sink, Summary};
use stix::Problem;

/// Keeps everything, events as JSON.
#[derive(Default)]
pub struct Taken {
    pub events: Vec<(u64, serde_json::Value)>,
    pub problems: Vec<Problem>,
}

impl Sink for Taken {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        let event = serde_json::from_str(&event.to_json()).unwrap();
        self.events.push((number, event));
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Taken {
    /// The events of a name.
    pub fn named(&self, name: &str) -> Vec<&serde_json::Value> {
        self.events
            .iter()
            .map(|(_, event)| event)
            .filter(|event| event["event"] == name)
            .collect()
    }
}

/// Reads a capture from memory.
pub fn taken(bytes: &[u8]) -> (Taken, Summary) {
    let mut sink = Taken::default();
    let summary = read(&mut Cursor::new(bytes), &Limits::default(), &mut sink).unwrap();
    (sink, summary)
}

/// A pcap of raw IP packets, one second apart.
pub fn pcap(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x65\0\0\0".to_vec();
    for (second, packet) in (1_790_000_000_u32..).zip(packets) {
        let length = u32::try_from(packet.len()).unwrap();
        for word in [second, 0, length, length] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.extend_from_slice(packet);
    }
    bytes
}

/// The same packets as a big-endian pcapng.
fn pcapng(packets: &[Vec<u8>]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = u32::try_from(body.len().next_multiple_of(4) + 12).unwrap();
        let mut block = kind.to_be_bytes().to_vec();
        block.extend_from_slice(&length.to_be_bytes());
        block.extend_from_slice(body);
        block.resize(block.len().next_multiple_of(4), 0);
        block.extend_from_slice(&length.to_be_bytes());
        block
    };
    let mut bytes = block(
        0x0a0d_0d0a,
        b"\x1a\x2b\x3c\x4d\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
    );
    bytes.extend(block(1, b"\0\x65\0\0\0\x04\0\0"));
    for (second, packet) in (1_790_000_000_u64..).zip(packets) {
        let ticks = second * 1_000_000;
        let mut body = 0_u32.to_be_bytes().to_vec();
        body.extend_from_slice(&ticks.to_be_bytes());
        for _ in 0..2 {
            body.extend_from_slice(&u32::try_from(packet.len()).unwrap().to_be_bytes());
        }
        body.extend_from_slice(packet);
        bytes.extend(block(6, &body));
    }
    bytes
}

/// An IPv4 packet between two documentation addresses.
fn ip(protocol: u8, from_client: bool, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&u16::try_from(payload.len() + 20).unwrap().to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 0, 64, protocol, 0, 0]);
    let (client, server) = ([192, 0, 2, 1], [198, 51, 100, 2]);
    for address in if from_client {
        [client, server]
    } else {
        [server, client]
    } {
        packet.extend_from_slice(&address);
    }
    packet.extend_from_slice(payload);
    packet
}

fn ports(port: u16, from_client: bool) -> Vec<u8> {
    let both = if from_client { [40_000, port] } else { [port, 40_000] };
    both.iter().flat_map(|port| port.to_be_bytes()).collect()
}

/// A datagram of UDP between port 40000 and another.
pub fn udp(port: u16, from_client: bool, payload: &[u8]) -> Vec<u8> {
    let mut datagram = ports(port, from_client);
    datagram.extend_from_slice(&u16::try_from(payload.len() + 8).unwrap().to_be_bytes());
    datagram.extend_from_slice(&[0, 0]);
    datagram.extend_from_slice(payload);
    ip(17, from_client, &datagram)
}

/// A segment of TCP.
fn tcp(port: u16, from_client: bool, number: u32, acknowledged: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = ports(port, from_client);
    segment.extend_from_slice(&number.to_be_bytes());
    segment.extend_from_slice(&acknowledged.to_be_bytes());
    segment.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(payload);
    ip(6, from_client, &segment)
}

const SYN: u8 = 2;
const ACK: u8 = 16;
const FIN: u8 = 1;

/// A whole connection in which each side says its pieces in turn, the client first.
pub fn connection(port: u16, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut numbers = [1_001_u32, 2_001];
    let mut packets = vec![
        tcp(port, true, 1_000, 0, SYN, b""),
        tcp(port, false, 2_000, 1_001, SYN | ACK, b""),
    ];
    for (turn, piece) in pieces.iter().enumerate() {
        let (side, other) = (turn % 2, 1 - turn % 2);
        for part in piece.chunks(1_000) {
            packets.push(tcp(port, side == 0, numbers[side], numbers[other], ACK, part));
            numbers[side] += u32::try_from(part.len()).unwrap();
        }
    }
    packets.push(tcp(port, true, numbers[0], numbers[1], ACK | FIN, b""));
    packets.push(tcp(port, false, numbers[1], numbers[0] + 1, ACK | FIN, b""));
    packets.push(tcp(port, true, numbers[0] + 1, numbers[1] + 1, ACK, b""));
    packets
}

pub const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01";
pub const ANSWER: &[u8] = b"\x12\x34\x81\x80\0\x01\0\x02\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01\
    \xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03cdn\xc0\x10\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xcb\0\x71\x07";

#[test]
fn a_question_and_its_answer_are_told_with_the_one_who_asked_first() {
    let (sink, summary) = taken(&pcap(&[udp(53, true, QUERY), udp(53, false, ANSWER)]));
    assert_eq!((summary.format, summary.records, summary.broken), ("pcap", 2, 0));
    let dns = sink.named("dns");
    assert_eq!(dns.len(), 2);
    assert_eq!(dns[0]["dns.query"], "www.example.com");
    assert_eq!(
        dns[1]["dns.answer"],
        serde_json::json!(["cdn.example.com", "203.0.113.7"])
    );
    assert_eq!(
        (&dns[1]["src_ip"], &dns[1]["dst_port"]),
        (&"192.0.2.1".into(), &"53".into())
    );
    let flow = &sink.named("flow")[0];
    assert_eq!((&flow["flow.packets"], &flow["service"]), (&"2".into(), &"dns".into()));
    assert_eq!(flow["time"], "2026-09-21T14:13:20.000Z");
}

#[test]
fn pcap_and_pcapng_of_the_same_packets_give_the_same_events() {
    let packets = [udp(53, true, QUERY), udp(53, false, ANSWER)];
    let (one, _) = taken(&pcap(&packets));
    let (other, summary) = taken(&pcapng(&packets));
    assert_eq!(summary.format, "pcapng");
    assert_eq!(one.events, other.events);
}

#[test]
fn a_request_over_several_segments_is_put_together_and_bodies_are_passed_over() {
    let request =
        b"POST /a?b=c HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: probe/1.0\r\nReferer: http://example.org/\r\n\
        X-Forwarded-For: 203.0.113.9, 192.0.2.77\r\nContent-Length: 3000\r\n\r\n";
    let mut first = request.to_vec();
    first.extend_from_slice(&[b'x'; 3_000]);
    let response = b"HTTP/1.1 302 Found\r\nLocation: http://example.net/next\r\nTransfer-Encoding: chunked\r\n\r\n\
        5\r\nhello\r\n0\r\n\r\n";
    let second = b"GET http://proxied.example/x HTTP/1.1\r\nHost: proxied.example\r\n\r\n";
    let (sink, _) = taken(&pcap(&connection(8_080, &[&first, response, second])));
    let http = sink.named("http");
    assert_eq!(http.len(), 3, "{http:#?}");
    assert_eq!(http[0]["http.url"], "http://www.example.com:8080/a?b=c");
    assert_eq!(
        http[0]["http.forwarded_for"],
        serde_json::json!(["203.0.113.9", "192.0.2.77"])
    );
    assert_eq!(
        (&http[1]["http.status"], &http[1]["http.location"]),
        (&"302".into(), &"http://example.net/next".into())
    );
    assert_eq!(http[2]["http.url"], "http://proxied.example/x");
    let flow = &sink.named("flow")[0];
    assert_eq!(
        (&flow["flow.state"], &flow["service"]),
        (&"closed".into(), &"http".into())
    );
}

/// A frame of HTTP/2 of one stream.
fn frame(kind: u8, flags: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(content.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend_from_slice(&[kind, flags, 0, 0, 0, 1]);
    frame.extend_from_slice(content);
    frame
}

/// What a client of HTTP/2 says: two requests, whose heads are those of RFC 7541, appendix C.4; the second leans on the table
/// that the first has filled, is padded, has a priority and goes over two frames.
pub fn http2_request() -> Vec<u8> {
    let first = hex::decode("828684418cf1e3c2e5f23a6ba0ab90f4ff").unwrap();
    let second = hex::decode("828684be5886a8eb10649cbf").unwrap();
    let padded = [&[3, 0, 0, 0, 0, 200], &second[..4], &[0; 3]].concat();
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        frame(4, 0, &[]),
        frame(1, 4, &first),
        frame(0, 1, b"a body"),
        frame(1, 8 | 0x20, &padded),
        frame(9, 4, &second[4..]),
    ]
    .concat()
}

#[test]
fn heads_of_http_2_are_told_like_those_of_http_1() {
    let client = http2_request();
    // `:status: 302` by its place in the table.
    let server = [frame(4, 0, &[]), frame(1, 4, b"\x48\x03302")].concat();
    let (sink, _) = taken(&pcap(&connection(8080, &[&client[..70], b"", &client[70..], &server])));
    let http = sink.named("http");
    let urls: Vec<_> = http.iter().filter_map(|event| event["http.url"].as_str()).collect();
    assert_eq!(
        urls,
        ["http://www.example.com/", "http://www.example.com/"],
        "{http:#?}"
    );
    assert_eq!(
        (&http[0]["http.host"], &http[0]["http.path"], &http[0]["http.version"]),
        (&"www.example.com".into(), &"/".into(), &"2".into())
    );
    assert_eq!(http[2]["http.status"], "302");
    assert_eq!(sink.named("flow")[0]["service"], "http2");
    assert!(sink.problems.is_empty(), "{:?}", sink.problems);
    // What cannot be unpacked is said, and the flow is told all the same.
    let broken = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(1, 4, &[0xff, 0xff])].concat();
    let (sink, _) = taken(&pcap(&connection(8080, &[&broken])));
    assert_eq!(sink.problems[0].code, "http2-broken");
    assert_eq!(sink.named("flow").len(), 1);
}

#[test]
fn a_request_that_names_no_host_went_to_the_address() {
    let request = b"GET /gate.php HTTP/1.0\r\nUser-Agent: probe/1.0\r\n\r\n";
    let (sink, _) = taken(&pcap(&connection(8_080, &[request])));
    let http = &sink.named("http")[0];
    let address = http["dst_ip"].as_str().unwrap();
    assert_eq!(http["http.url"], format!("http://{address}:8080/gate.php"));
}

#[test]
fn a_hole_in_a_connection_is_passed_over_and_counted() {
    let mut packets = connection(
        80,
        &[
            b"GET /one HTTP/1.1\r\nHost: a.example\r\n\r\n",
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"GET /two HTTP/1.1\r\nHost: b.example\r\n\r\n",
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"GET /three HTTP/1.1\r\nHost: c.example\r\n\r\n",
        ],
    );
    packets.remove(4);
    let (sink, _) = taken(&pcap(&packets));
    let hosts: Vec<_> = sink
        .named("http")
        .iter()
        .filter_map(|event| event["http.host"].as_str())
        .collect();
    assert_eq!(hosts, ["a.example", "c.example"]);
    assert!(sink.problems.iter().any(|problem| problem.code == "stream-gaps"));
}

#[test]
fn the_envelope_and_head_of_a_message_are_told() {
    let (sink, _) = taken(&pcap(&connection(
        25,
        &[
            b"",
            b"220 mx.example ESMTP\r\n",
            b"EHLO host.example\r\n",
            b"250 ok\r\n",
            b"MAIL FROM:<a@example.com> SIZE=1\r\nRCPT TO:<b@example.org>\r\nDATA\r\n",
            b"354 go on\r\n",
            b"From: A <a@example.com>\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n today\r\n\r\nbody\r\n.\r\nQUIT\r\n",
        ],
    )));
    let smtp = sink.named("smtp");
    assert_eq!(smtp.len(), 1);
    assert_eq!(smtp[0]["smtp.mail_from"], "a@example.com");
    assert_eq!(smtp[0]["smtp.rcpt_to"], "b@example.org");
    assert_eq!(smtp[0]["smtp.subject"], "café today");
}

#[test]
fn modbus_messages_name_their_function() {
    let request = b"\0\x01\0\0\0\x06\x11\x03\0\x6b\0\x03";
    let response = b"\0\x01\0\0\0\x03\x11\x83\x02";
    let (sink, _) = taken(&pcap(&connection(502, &[request, response])));
    let modbus = sink.named("modbus");
    assert_eq!(modbus.len(), 2);
    assert_eq!(modbus[0]["modbus.function_name"], "READ_HOLDING_REGISTERS");
    assert_eq!(
        (&modbus[0]["modbus.unit"], &modbus[0]["modbus.address"]),
        (&"17".into(), &"107".into())
    );
    assert_eq!(modbus[1]["modbus.exception"], "ILLEGAL_DATA_ADDRESS");
}

#[test]
fn a_capture_that_is_cut_off_is_read_as_far_as_it_goes() {
    let whole = pcap(&[udp(53, true, QUERY), udp(53, false, ANSWER)]);
    let (sink, summary) = taken(&whole[..whole.len() - 3]);
    assert_eq!((summary.records, summary.broken), (1, 1));
    assert_eq!(sink.named("dns").len(), 1);
    let problem = &sink.problems[0];
    assert_eq!(problem.code, "capture-truncated");
    assert_eq!(problem.place.path.as_deref(), Some("packet 2"));
}

#[test]
fn a_question_survives_broken_answers() {
    let broken = &ANSWER[..ANSWER.len() - 9];
    let (sink, summary) = taken(&pcap(&[udp(53, false, broken)]));
    assert_eq!(sink.named("dns")[0]["dns.query"], "www.example.com");
    assert_eq!(summary.broken, 1);
}

#[test]
fn more_flows_than_the_limit_end_the_oldest_and_say_so() {
    let packets: Vec<_> = (1..=5_u16).map(|port| udp(10_000 + port, true, b"x")).collect();
    let mut sink = Taken::default();
    let limits = Limits {
        streams: 2,
        ..Limits::default()
    };
    read(&mut Cursor::new(pcap(&packets)), &limits, &mut sink).unwrap();
    assert_eq!(sink.named("flow").len(), 5);
    assert!(sink.problems.iter().any(|problem| problem.code == "too-many-streams"));
}

#[test]
fn captures_are_known_by_their_first_bytes() {
    assert_eq!(is_capture(&pcap(&[])), Some("pcap"));
    assert_eq!(is_capture(&pcapng(&[])), Some("pcapng"));
    assert_eq!(is_capture(&dnstap(&[])[..64.min(dnstap(&[]).len())]), Some("dnstap"));
    assert_eq!(is_capture(b"{\"a\": 1}"), None);
    let refused = read(&mut Cursor::new(b"text"), &Limits::default(), &mut Taken::default()).unwrap_err();
    assert_eq!(refused.code, "not-a-capture");
}

/// A frame stream of dnstap messages.
pub fn dnstap(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"\0\0\0\0\0\0\0\x22\0\0\0\x02\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap".to_vec();
    for message in messages {
        bytes.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(message);
    }
    bytes.extend_from_slice(b"\0\0\0\0\0\0\0\x04\0\0\0\x03");
    bytes
}

/// A client's response as a server taps it.
pub fn tapped() -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| {
        let mut field = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap()];
        field.extend_from_slice(bytes);
        field
    };
    let mut message = vec![0x08, 6, 0x10, 1, 0x18, 1];
    message.extend(field(4, &[192, 0, 2, 1]));
    message.extend(field(5, &[198, 51, 100, 2]));
    message.extend_from_slice(&[0x30, 0xc0, 0xb8, 2, 0x38, 53, 0x60, 0x80, 0xd9, 0xc4, 0xd5, 6]);
    message.extend(field(14, ANSWER));
    let mut frame = field(1, b"ns1");
    frame.extend(field(14, &message));
    frame.extend_from_slice(&[0x78, 1]);
    frame
}

#[test]
fn what_a_dns_server_tapped_is_told_like_its_traffic() {
    let (sink, summary) = taken(&dnstap(&[tapped()]));
    assert_eq!((summary.format, summary.records, summary.broken), ("dnstap", 1, 0));
    let event = sink.named("dns")[0];
    assert_eq!(
        event["dns.answer"],
        serde_json::json!(["cdn.example.com", "203.0.113.7"])
    );
    assert_eq!(
        (&event["src_ip"], &event["src_port"]),
        (&"192.0.2.1".into(), &"40000".into())
    );
    assert_eq!(event["dnstap.type"], "CLIENT_RESPONSE");
}

/// A NetFlow 9 datagram with a template of source, destination, ports, protocol and bytes, and one flow.
pub fn netflow_9() -> Vec<u8> {
    let mut bytes = b"\0\x09\0\x02\0\0\x27\x10\x6a\xb1\x3b\x80\0\0\0\x01\0\0\0\x07".to_vec();
    bytes.extend_from_slice(
        b"\0\0\0\x20\x01\0\0\x06\0\x08\0\x04\0\x0c\0\x04\0\x07\0\x02\0\x0b\0\x02\0\x04\0\x01\0\x01\0\x04",
    );
    bytes.extend_from_slice(b"\x01\0\0\x18\xc0\0\x02\x01\xc6\x33\x64\x02\x9c\x40\x01\xbb\x06\0\0\x02\0\0\0\0");
    bytes
}

#[test]
fn flows_of_a_router_are_read_once_their_template_is_known() {
    let from: SocketAddr = "192.0.2.254:2055".parse().unwrap();
    let mut collector = Collector::new(&Limits::default());
    let mut flows = Vec::new();
    let datagram = netflow_9();
    let without: Vec<u8> = [&datagram[..20], &datagram[52..]].concat();
    let mut each = |event: &Event<'_>| {
        let pairs = [Role::Source, Role::Destination, Role::DestinationPort, Role::Protocol];
        flows.push(pairs.map(|role| event.first(role).unwrap_or_default().to_owned()));
    };
    assert_eq!(collector.datagram(from, &without, &mut each).unwrap(), 0);
    assert_eq!(collector.without_template(), 1);
    let collector_sees = |collector: &mut Collector, bytes: &[u8], each: &mut dyn FnMut(&Event<'_>)| {
        collector.datagram(from, bytes, each).unwrap()
    };
    assert_eq!(collector_sees(&mut collector, &datagram, &mut each), 1);
    assert_eq!(collector_sees(&mut collector, &without, &mut each), 1);
    assert_eq!(
        flows,
        vec![["192.0.2.1", "198.51.100.2", "443", "tcp"].map(str::to_owned); 2]
    );
    assert!(collector.datagram(from, b"\0\x63", &mut |_| ()).is_err());
}
