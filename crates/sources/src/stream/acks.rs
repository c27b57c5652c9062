//! Acknowledgements, from whoever takes a piece back to the connection that it came over.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Makes receipts that lead to one place. There are never more on the way than the broker lets be unacknowledged.
#[derive(Clone, Debug)]
pub(super) struct Acks<T>(UnboundedSender<T>);

impl<T: Send + Sync + 'static> Acks<T> {
    pub fn new() -> (Self, UnboundedReceiver<T>) {
        let (tell, told) = unbounded_channel();
        (Self(tell), told)
    }

    /// What to do once a piece was taken.
    pub fn receipt(&self, of: T) -> impl FnOnce() + Send + Sync + 'static {
        let tell = self.0.clone();
        // Nobody listens any more: then it comes again, which is what at least once means.
        move || drop(tell.send(of))
    }
}
