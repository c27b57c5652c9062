//! Writes lines as Zeek writes its logs as JSON: names, their order and the forms of values.

use std::io::{self, Write};
use std::net::Ipv4Addr;

use super::scene::{Kind, Scene};
use crate::random::Random;

/// Microseconds of the day at which the log begins.
const BEGINNING: u64 = 7 * 3_600 * 1_000_000;
/// Microseconds between two lines, on average: about 230 lines a second.
const APART: u64 = 4_300;
/// Microseconds of a day.
const DAY: u64 = 86_400 * 1_000_000;

const AGENTS: [&str; 6] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.91 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    "Microsoft-CryptoAPI/10.0",
    "curl/8.5.0",
    "Debian APT-HTTP/1.3 (2.6.1)",
];
const CIPHERS: [&str; 4] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
];
const STATES: [(&str, &str); 6] = [
    ("SF", "ShADadFf"),
    ("SF", "ShADadtFf"),
    ("SF", "Dd"),
    ("S0", "S"),
    ("RSTO", "ShADadR"),
    ("REJ", "Sr"),
];
const TYPES: [(&str, &str); 6] = [
    ("application/x-dosexec", "exe"),
    ("text/html", "html"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("image/png", "png"),
    ("application/javascript", "js"),
];

/// Writes one line with its end.
pub fn write(scene: &Scene, line: u64, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    let log = match scene.kind {
        Kind::Conn => "conn",
        Kind::Dns => "dns",
        Kind::Http => "http",
        Kind::Ssl => "ssl",
        Kind::Files => "files",
    };
    let at = BEGINNING + line * APART + random.below(APART);
    write!(out, "{{\"_path\":\"{log}\",\"_write_ts\":\"")?;
    time(at + random.below(5_000_000), out)?;
    out.extend_from_slice(b"\",\"ts\":\"");
    time(at, out)?;
    out.extend_from_slice(b"\"");
    match scene.kind {
        Kind::Conn => conn(scene, random, out),
        Kind::Dns => dns(scene, random, out),
        Kind::Http => http(scene, random, out),
        Kind::Ssl => ssl(scene, random, out),
        Kind::Files => files(scene, random, out),
    }?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// The identifier of the connection, and its ends.
fn ends(scene: &Scene, port: u64, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b",\"uid\":\"");
    identifier(b'C', random, out);
    write!(
        out,
        "\",\"id.orig_h\":\"{}\",\"id.orig_p\":{},\"id.resp_h\":\"{}\",\"id.resp_p\":{port}",
        Ipv4Addr::from_bits(scene.from),
        32_768 + random.below(28_000),
        Ipv4Addr::from_bits(scene.to),
    )
}

fn conn(scene: &Scene, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    let (port, protocol, service) = match random.below(10) {
        0..5 => (443, "tcp", "ssl"),
        5 | 6 => (80, "tcp", "http"),
        7 => (53, "udp", "dns"),
        8 => (123, "udp", "ntp"),
        _ => (22, "tcp", "ssh"),
    };
    ends(scene, port, random, out)?;
    let (state, history) = pick(&STATES, random);
    let (sent, received) = (random.below(9_000), random.below(400_000));
    let (out_packets, in_packets) = (sent / 700 + 1, received / 1_300 + 1);
    let inside = |address: u32| address >> 24 == 10;
    write!(
        out,
        ",\"proto\":\"{protocol}\",\"service\":\"{service}\",\"duration\":{}.{:06},\"orig_bytes\":{sent},\
         \"resp_bytes\":{received},\"conn_state\":\"{state}\",\"local_orig\":{},\"local_resp\":{},\"missed_bytes\":0,\
         \"history\":\"{history}\",\"orig_pkts\":{out_packets},\"orig_ip_bytes\":{},\"resp_pkts\":{in_packets},\
         \"resp_ip_bytes\":{}",
        random.below(60),
        random.below(1_000_000),
        inside(scene.from),
        inside(scene.to),
        sent + out_packets * 40,
        received + in_packets * 40,
    )
}

fn dns(scene: &Scene, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    ends(scene, 53, random, out)?;
    write!(
        out,
        ",\"proto\":\"udp\",\"trans_id\":{},\"rtt\":0.{:06},\"query\":\"{}\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\
         \"qtype\":1,\"qtype_name\":\"A\",\"rcode\":0,\"rcode_name\":\"NOERROR\",\"AA\":false,\"TC\":false,\"RD\":true,\
         \"RA\":true,\"Z\":0",
        random.below(65_536),
        random.below(100_000),
        scene.name,
    )?;
    let comma = |place: usize| if place == 0 { "" } else { "," };
    if !scene.answers.is_empty() {
        out.extend_from_slice(b",\"answers\":[");
        for (place, answer) in scene.answers.iter().enumerate() {
            write!(out, "{}\"{}\"", comma(place), Ipv4Addr::from_bits(*answer))?;
        }
        out.extend_from_slice(b"],\"TTLs\":[");
        for place in 0..scene.answers.len() {
            write!(out, "{}{}.0", comma(place), random.below(3_600))?;
        }
        out.extend_from_slice(b"]");
    }
    out.extend_from_slice(b",\"rejected\":false");
    Ok(())
}

fn http(scene: &Scene, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    ends(scene, 80, random, out)?;
    write!(
        out,
        ",\"trans_depth\":{},\"method\":\"{}\",\"host\":\"{}\",\"uri\":\"",
        random.below(3) + 1,
        random.one(&["GET", "GET", "GET", "POST", "HEAD"]),
        scene.name,
    )?;
    slashes(&scene.path, scene.escaped, out);
    out.extend_from_slice(b"\",\"version\":\"1.1\",\"user_agent\":\"");
    slashes(random.one(&AGENTS), scene.escaped, out);
    write!(
        out,
        "\",\"request_body_len\":0,\"response_body_len\":{},\"status_code\":200,\"status_msg\":\"OK\",\"tags\":[],\
         \"resp_fuids\":[\"",
        random.below(300_000),
    )?;
    identifier(b'F', random, out);
    out.extend_from_slice(b"\"],\"resp_mime_types\":[\"");
    slashes(pick(&TYPES, random).0, scene.escaped, out);
    out.extend_from_slice(b"\"]");
    Ok(())
}

fn ssl(scene: &Scene, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    ends(scene, 443, random, out)?;
    let cipher = random.one(&CIPHERS);
    let version = if cipher.contains("ECDHE") { "TLSv12" } else { "TLSv13" };
    write!(
        out,
        ",\"version\":\"{version}\",\"cipher\":\"{cipher}\",\"curve\":\"x25519\",\"server_name\":\"{}\",\
         \"resumed\":false,\"next_protocol\":\"h2\",\"established\":true,\"ssl_history\":\"CsiI\"",
        scene.name,
    )?;
    if version == "TLSv12" {
        let fingerprint = Random::of(0xce27, scene.certificate).hex(64);
        write!(
            out,
            ",\"cert_chain_fps\":[\"{fingerprint}\"],\"client_cert_chain_fps\":[],\"sni_matches_cert\":true,\
             \"validation_status\":\"ok\""
        )?;
    }
    Ok(())
}

fn files(scene: &Scene, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b",\"fuid\":\"");
    identifier(b'F', random, out);
    out.extend_from_slice(b"\"");
    ends(scene, 80, random, out)?;
    let (media, ending) = pick(&TYPES, random);
    let bytes = random.below(3_000_000);
    write!(
        out,
        ",\"source\":\"HTTP\",\"depth\":0,\"analyzers\":[\"SHA256\"],\"mime_type\":\"{media}\",\"filename\":\"{}.{ending}\",\
         \"duration\":0.{:06},\"local_orig\":false,\"is_orig\":false,\"seen_bytes\":{bytes},\"total_bytes\":{bytes},\
         \"missing_bytes\":0,\"overflow_bytes\":0,\"timedout\":false,\"sha256\":\"{}\"",
        random.word(),
        random.below(1_000_000),
        scene.hash,
    )
}

/// An instant as Zeek writes it. The log goes round every 28 days, which is 560 million lines.
fn time(microseconds: u64, out: &mut Vec<u8>) -> io::Result<()> {
    let (days, rest) = (microseconds / DAY, microseconds % DAY);
    let seconds = rest / 1_000_000;
    write!(
        out,
        "2026-03-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        days % 28 + 1,
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
        rest % 1_000_000
    )
}

/// An identifier as Zeek makes them up: a letter for what it names, then seventeen more.
fn identifier(first: u8, random: &mut Random, out: &mut Vec<u8>) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Ab";
    out.push(first);
    let mut bits = 0;
    for place in 0..17 {
        if place % 10 == 0 {
            bits = random.next();
        }
        let at = usize::try_from(bits & 63).unwrap_or_default();
        out.push(LETTERS.get(at).copied().unwrap_or(b'A'));
        bits >>= 6;
    }
}

fn slashes(text: &str, escaped: bool, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if escaped && byte == b'/' {
            out.push(b'\\');
        }
        out.push(byte);
    }
}

fn pick(list: &[(&'static str, &'static str)], random: &mut Random) -> (&'static str, &'static str) {
    let at = usize::try_from(random.below(list.len() as u64)).unwrap_or_default();
    list.get(at).copied().unwrap_or_default()
}
