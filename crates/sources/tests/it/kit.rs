//! What the tests share: a feed that runs, and a line to a server that can be cut.

use std::future::Future;
use std::sync::Arc;

use sources::stream::{CancellationToken, Piece, Status};
use stix::Problem;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// A feed that runs.
pub struct Running {
    pub pieces: Receiver<Piece>,
    pub stop: CancellationToken,
    pub status: Arc<Status>,
    task: JoinHandle<Result<(), Problem>>,
}

impl Running {
    /// Starts a feed by its `run`.
    pub fn start<F: Future<Output = Result<(), Problem>> + Send + 'static>(
        run: impl FnOnce(Sender<Piece>, CancellationToken, Arc<Status>) -> F,
    ) -> Self {
        let (out, pieces) = channel(16);
        let stop = CancellationToken::new();
        let status = Arc::new(Status::default());
        let task = tokio::spawn(run(out, stop.clone(), Arc::clone(&status)));
        Self {
            pieces,
            stop,
            status,
            task,
        }
    }

    pub async fn next(&mut self) -> Piece {
        match self.pieces.recv().await {
            Some(piece) => piece,
            None => panic!("the feed ended: {:?}", (&mut self.task).await.unwrap()),
        }
    }

    /// The next piece as text, taken.
    pub async fn text(&mut self) -> String {
        let mut piece = self.next().await;
        piece.taken();
        String::from_utf8(piece.bytes.to_vec()).unwrap()
    }

    /// The code of what goes wrong next, or went wrong last.
    #[cfg(any(feature = "nats", feature = "mqtt", feature = "kafka"))]
    pub async fn wrong(&self) -> &'static str {
        let mut errors = self.status.errors();
        let seen = errors.wait_for(Option::is_some).await.unwrap();
        seen.as_ref().unwrap().code
    }

    /// Stops it; everything that still came, and how it ended.
    pub async fn end(mut self) -> (Vec<String>, Result<(), Problem>) {
        self.stop.cancel();
        self.rest().await
    }

    /// Waits for its own end.
    pub async fn rest(&mut self) -> (Vec<String>, Result<(), Problem>) {
        let mut texts = Vec::new();
        while let Some(mut piece) = self.pieces.recv().await {
            piece.taken();
            texts.push(String::from_utf8(piece.bytes.to_vec()).unwrap());
        }
        (texts, (&mut self.task).await.unwrap())
    }
}

#[cfg(any(feature = "nats", feature = "mqtt"))]
pub use service::{Line, answers};

#[cfg(any(feature = "nats", feature = "mqtt"))]
mod service {
    use std::net::SocketAddr;

    use tokio::io::copy_bidirectional;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;

    /// Whether a server is there; says that the test was skipped where not, and fails where it must be there.
    pub fn answers(name: &str, address: &str) -> bool {
        if std::net::TcpStream::connect(address).is_ok() {
            return true;
        }
        assert!(
            std::env::var_os("COMMONWATCH_REQUIRE_SERVICES").is_none_or(|value| value != "1"),
            "{name} does not answer at {address}"
        );
        println!("skipped: {name} does not answer at {address}");
        false
    }

    /// A line to a server that can be cut.
    pub struct Line {
        pub address: SocketAddr,
        /// Whether it is down; to say so anew, changed or not, cuts it.
        is_down: watch::Sender<bool>,
    }

    impl Line {
        pub async fn to(server: &'static str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (is_down, states) = watch::channel(false);
            tokio::spawn(async move {
                while let Ok((mut near, _)) = listener.accept().await {
                    let mut states = states.clone();
                    if *states.borrow_and_update() {
                        continue;
                    }
                    tokio::spawn(async move {
                        let mut far = TcpStream::connect(server).await.unwrap();
                        tokio::select! {
                            _ = copy_bidirectional(&mut near, &mut far) => {}
                            _ = states.changed() => {}
                        }
                    });
                }
            });
            Self { address, is_down }
        }

        /// Every connection over it breaks; new ones can be made.
        #[cfg(feature = "mqtt")]
        pub fn cut(&self) {
            self.is_down.send_modify(|_| {});
        }

        /// Every connection over it breaks, and so does each new one until it is up again.
        pub fn down(&self) {
            self.is_down.send_replace(true);
        }

        /// Connections can be made again.
        pub fn up(&self) {
            self.is_down.send_replace(false);
        }
    }
}
