//! A mail server of a few lines on loopback: keeps what it takes, refuses whom a test wants refused.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A message that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// To whom, from the envelope.
    pub to: String,
    /// The message, headers and all.
    pub text: String,
    /// Whether it came over TLS, after a login.
    pub signed_in: bool,
}

#[derive(Clone)]
pub struct Smtp {
    pub port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
    /// What is said to the next recipients instead of yes.
    pub refusals: Arc<Mutex<Vec<&'static str>>>,
}

impl Smtp {
    pub async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            taken: Arc::default(),
            refusals: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (serving, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    // Who hangs up is done.
                    let _ = serving.serve(stream, tls).await;
                });
            }
        });
        server
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: tokio::net::TcpStream, tls: Option<TlsAcceptor>) -> std::io::Result<()> {
        stream.write_all(b"220 test ESMTP\r\n").await?;
        let Some(tls) = tls else {
            return self.talk(stream, false).await;
        };
        // Before TLS there is only the way into it.
        let mut lines = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            match line.get(..4) {
                Some("EHLO") => lines.write_all(b"250-test\r\n250 STARTTLS\r\n").await?,
                Some("STAR") => {
                    lines.write_all(b"220 go on\r\n").await?;
                    let stream = tls.accept(lines.into_inner()).await?;
                    return self.talk(stream, true).await;
                }
                _ => lines.write_all(b"530 TLS first\r\n").await?,
            }
        }
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin, secure: bool) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream);
        let (mut to, mut signed_in) = (String::new(), false);
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer: String = match line.get(..4).unwrap_or_default() {
                "EHLO" if secure => "250-test\r\n250 AUTH PLAIN\r\n".to_owned(),
                "AUTH" => {
                    signed_in = secure;
                    "235 welcome\r\n".to_owned()
                }
                "RCPT" => match self.refusals.lock().unwrap().pop() {
                    Some(refusal) => format!("{refusal}\r\n"),
                    None => {
                        to = line.trim().to_owned();
                        "250 yes\r\n".to_owned()
                    }
                },
                "DATA" => {
                    lines.write_all(b"354 go on\r\n").await?;
                    let mut text = String::new();
                    while !text.ends_with("\r\n.\r\n") {
                        lines.read_line(&mut text).await?;
                    }
                    let to = std::mem::take(&mut to);
                    self.taken.lock().unwrap().push(Taken { to, text, signed_in });
                    "250 taken\r\n".to_owned()
                }
                "QUIT" => return lines.write_all(b"221 bye\r\n").await,
                _ => "250 yes\r\n".to_owned(),
            };
            lines.write_all(answer.as_bytes()).await?;
        }
    }
}
