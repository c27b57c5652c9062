//! `match` on what never ends: hits as they come, and the summary when it is told to stop.

use std::net::UdpSocket;

use crate::kit::{Place, Started};

const BAD: &str = "198.51.100.7";
const LINE: &[u8] = b"<38>Jan  1 00:00:00 gate sshd[7]: Failed password for root from 198.51.100.7 port 4711 ssh2";

/// Starts matching one source, with one address to look for.
fn matching(place: &Place, source: &str) -> Started {
    place.write("list.txt", format!("{BAD}\n"));
    place.start(&["match", "--json", "-i", "list.txt", "--no-warninglists", source])
}

/// The address that a listener says it listens at.
fn listening(started: &mut Started) -> String {
    let line = started.err_line(|line| line.contains("listening on "));
    let note: serde_json::Value = serde_json::from_str(&line).unwrap();
    note["note"].as_str().unwrap().replace("listening on ", "")
}

fn send(to: &str, datagram: &[u8]) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(datagram, to).unwrap();
}

/// Waits for a hit, tells the program to stop, and looks at how it ends.
fn hit_and_end(mut started: Started, signal: &str) {
    let hit: serde_json::Value = serde_json::from_str(&started.out_line()).unwrap();
    assert_eq!(hit["matched"], BAD, "{hit}");
    let answer = started.stop(signal);
    assert_eq!(answer.code, 1, "something was found: {answer}");
    assert!(answer.err.contains("\"summary\""), "{answer}");
}

#[test]
fn syslog_over_udp_is_matched_as_it_comes_until_either_word_to_stop() {
    for signal in ["INT", "TERM"] {
        let place = Place::new();
        let mut started = matching(&place, "syslog+udp://127.0.0.1:0");
        send(&listening(&mut started), LINE);
        hit_and_end(started, signal);
    }
}

#[test]
fn flow_records_are_matched_as_they_come() {
    let place = Place::new();
    let mut started = matching(&place, "udp://127.0.0.1:0");
    // NetFlow 5: a head of 24 bytes that says one record, and a record of 48 that begins with both addresses.
    let mut datagram = [0; 72];
    datagram[..4].copy_from_slice(&[0, 5, 0, 1]);
    datagram[24..32].copy_from_slice(&[192, 0, 2, 1, 198, 51, 100, 7]);
    datagram[24 + 38] = 6;
    send(&listening(&mut started), &datagram);
    hit_and_end(started, "INT");
}

#[test]
fn a_listener_that_is_told_to_stop_before_anything_came_ends_well() {
    let place = Place::new();
    let mut started = matching(&place, "syslog+tcp://127.0.0.1:0");
    listening(&mut started);
    let answer = started.stop("INT");
    assert_eq!(answer.code, 0, "{answer}");
    assert!(answer.err.contains("\"summary\""), "{answer}");
}

#[cfg(feature = "nats")]
mod nats {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpStream;

    use super::{LINE, Place, hit_and_end, matching};

    const SERVER: &str = "127.0.0.1:4222";

    /// A connection to the server, in its own words; none where it is not there and need not be.
    fn server() -> Option<BufReader<TcpStream>> {
        match TcpStream::connect(SERVER) {
            Ok(stream) => Some(BufReader::new(stream)),
            Err(error) => {
                assert!(
                    std::env::var_os("COMMONWATCH_REQUIRE_SERVICES").is_none_or(|value| value != "1"),
                    "NATS does not answer at {SERVER}: {error}"
                );
                println!("skipped: NATS does not answer at {SERVER}");
                None
            }
        }
    }

    /// Publishes a message until somebody has it: the server says at once when nobody listens (no responders).
    fn publish(server: &mut BufReader<TcpStream>, subject: &str, message: &[u8]) {
        let begin = "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB answers 1\r\n";
        server.get_mut().write_all(begin.as_bytes()).unwrap();
        loop {
            let mut sent = format!("PUB {subject} answers {}\r\n", message.len()).into_bytes();
            sent.extend_from_slice(message);
            sent.extend_from_slice(b"\r\nPING\r\n");
            server.get_mut().write_all(&sent).unwrap();
            let mut nobody = false;
            loop {
                let mut line = String::new();
                assert!(server.read_line(&mut line).unwrap() > 0, "NATS hung up");
                assert!(!line.starts_with("-ERR"), "{line}");
                nobody |= line.contains(" 503");
                if line.starts_with("PONG") {
                    break;
                }
            }
            if !nobody {
                return;
            }
        }
    }

    #[test]
    fn a_subject_of_nats_is_matched_as_it_comes() {
        let Some(mut server) = server() else { return };
        let subject = format!("commonwatch-test-{}.logs", std::process::id());
        let place = Place::new();
        let started = matching(&place, &format!("nats://{SERVER}/{subject}"));
        publish(&mut server, &subject, LINE);
        hit_and_end(started, "TERM");
    }
}

#[test]
fn a_source_that_never_ran_is_not_nothing_found() {
    let place = Place::new();
    place.write("list.txt", format!("{BAD}\n"));
    // An address of no machine of ours (RFC 5737).
    let answer = place.run(&["match", "-i", "list.txt", "--no-warninglists", "udp://192.0.2.1:9"]);
    assert_eq!(answer.code, 2, "{answer}");
    assert!(answer.err.contains("192.0.2.1:9"), "{answer}");
}
