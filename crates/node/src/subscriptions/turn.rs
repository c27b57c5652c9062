//! Taking turns: nothing runs twice at the same time in this process, and nothing so long that others wait for ever.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// How long a run may take before others get their turn, in microseconds.
pub(crate) const TURN_MICROS: i64 = 5 * 60 * 1_000_000;

/// What runs just now, by UUID, so that no subscription and no peer runs twice at the same time in this process.
#[derive(Default)]
pub(crate) struct Running(Arc<Mutex<BTreeSet<Uuid>>>);

/// The right to run; given back when it is dropped.
pub(crate) struct Turn {
    running: Arc<Mutex<BTreeSet<Uuid>>>,
    uuid: Uuid,
}

impl Running {
    /// Takes the right to run, where nobody has it.
    pub fn turn(&self, uuid: Uuid) -> Option<Turn> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(uuid);
        taken.then(|| Turn {
            running: Arc::clone(&self.0),
            uuid,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.uuid);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::Running;

    #[test]
    fn nothing_runs_twice_at_the_same_time() {
        let (running, one) = (Running::default(), Uuid::from_u128(1));
        let turn = running.turn(one);
        assert!(turn.is_some() && running.turn(one).is_none());
        assert!(running.turn(Uuid::from_u128(2)).is_some());
        drop(turn);
        assert!(running.turn(one).is_some());
    }
}
