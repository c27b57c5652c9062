use sources::stream::Kind;
use sources::stream::udp::Udp;
use tokio::net::UdpSocket;

use crate::kit::Running;

#[tokio::test]
async fn datagrams_come_one_by_one_under_the_name_of_their_sender() {
    let udp = Udp::bind("127.0.0.1:0").await.unwrap();
    let address = udp.local_address().unwrap();
    let mut running = Running::start(|out, stop, status| udp.run(out, stop, status));
    let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let large = vec![7; 60_000];
    for datagram in [b"\0\x09one".as_slice(), b"", b"two\n", &large] {
        sender.send_to(datagram, address).await.unwrap();
    }
    for expected in [b"\0\x09one".as_slice(), b"two\n", &large] {
        let piece = running.next().await;
        assert_eq!(piece.bytes, expected);
        assert_eq!((piece.kind, &*piece.source), (Kind::Datagram, "127.0.0.1"));
    }
    assert_eq!(running.status.counts().pieces, 3);
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn what_the_system_had_to_throw_away_is_counted() {
    let udp = Udp::bind("127.0.0.1:0").await.unwrap().messages();
    let address = udp.local_address().unwrap();
    let mut running = Running::start(|out, stop, status| udp.run(out, stop, status));
    let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    // Nobody takes pieces: the channel fills, then the system's buffer, then datagrams are lost.
    let datagram = vec![b'x'; 60_000];
    let sent = 1500;
    for _ in 0..sent {
        sender.send_to(&datagram, address).await.unwrap();
    }
    running.stop.cancel();
    let (texts, _) = running.rest().await;
    let counts = running.status.counts();
    assert!(counts.drops > 0, "{counts:?}");
    assert!(texts.len() as u64 + counts.drops <= sent, "{counts:?}");
}

#[tokio::test]
async fn an_address_that_is_taken_says_so() {
    let first = Udp::bind("127.0.0.1:0").await.unwrap();
    let problem = Udp::bind(&first.local_address().unwrap().to_string())
        .await
        .unwrap_err();
    assert_eq!(problem.code, "not-bound");
    assert!(problem.help.unwrap().contains("another port"));
}
