//! A connection that breaks when nothing has moved on it for too long.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Wraps a stream. Waiting for the other side counts, waiting for us does not: while a request is worked on, silence is
/// ours, unless an answer is stuck because nobody reads it.
pub(super) struct Timed<S> {
    stream: S,
    idle: Duration,
    moved: Instant,
    alarm: Pin<Box<Sleep>>,
    working: Arc<AtomicUsize>,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S, idle: Duration, working: Arc<AtomicUsize>) -> Self {
        Self {
            stream,
            idle,
            moved: Instant::now(),
            alarm: Box::pin(sleep(idle)),
            working,
        }
    }

    /// Pending, or broken where it has been pending for too long.
    fn wait<T>(&mut self, context: &mut Context<'_>, ours: bool) -> Poll<io::Result<T>> {
        loop {
            ready!(self.alarm.as_mut().poll(context));
            let now = Instant::now();
            if ours {
                self.moved = now;
            }
            if now.duration_since(self.moved) >= self.idle {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            // It moved since the alarm was set: only now is it worth setting it anew.
            self.alarm.as_mut().reset(self.moved + self.idle);
        }
    }

    fn moved<T>(&mut self, done: io::Result<T>) -> Poll<io::Result<T>> {
        self.moved = Instant::now();
        Poll::Ready(done)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(done) => this.moved(done),
            Poll::Pending => {
                let ours = this.working.load(Ordering::Relaxed) > 0;
                this.wait(context, ours)
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(context, bytes) {
            Poll::Ready(done) => this.moved(done),
            Poll::Pending => this.wait(context, false),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write_vectored(context, pieces) {
            Poll::Ready(done) => this.moved(done),
            Poll::Pending => this.wait(context, false),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_flush(context) {
            Poll::Ready(done) => this.moved(done),
            Poll::Pending => this.wait(context, false),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_shutdown(context) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => this.wait(context, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::Timed;

    /// Waits of these tests end by the alarm itself, so that its length decides nothing.
    const SOON: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn silence_breaks_it() {
        let (near, mut far) = duplex(16);
        let mut timed = Timed::new(near, SOON, Arc::default());
        far.write_all(b"x").await.unwrap();
        assert_eq!(timed.read_u8().await.unwrap(), b'x');
        assert_eq!(timed.read_u8().await.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reader_who_does_not_read_breaks_it_even_while_we_work() {
        let (near, _far) = duplex(16);
        let mut timed = Timed::new(near, SOON, Arc::new(AtomicUsize::new(1)));
        assert_eq!(timed.write_all(&[0; 64]).await.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn our_own_slowness_does_not_break_it() {
        let (near, _far) = duplex(16);
        let mut timed = Timed::new(near, SOON, Arc::new(AtomicUsize::new(1)));
        let waited = tokio::time::timeout(SOON * 20, timed.read_u8()).await;
        assert!(waited.is_err(), "still waiting after twenty alarms");
    }
}
