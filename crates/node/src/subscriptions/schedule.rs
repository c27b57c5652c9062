//! When something runs next: by its interval, spread by its name; after failures later and later. Pure but
//! for [`run_all`], which runs what is due.

use futures_util::StreamExt as _;
use stix::Timestamp;
use uuid::Uuid;

use crate::error::Error;

/// How many run at the same time.
const AT_A_TIME: usize = 4;

/// The first pause after a failure, in seconds.
const FIRST_PAUSE: i64 = 60;
/// The longest pause after failures in a row, unless the interval is longer, in seconds.
const LONGEST_PAUSE: i64 = 6 * 3_600;

/// How a run ended, as far as the schedule cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything there was is here.
    Done,
    /// There is more, and the run stopped to let others have a turn.
    More,
    /// It failed; so many runs in a row now, this one included, and what pause the other side asked for.
    Failed {
        /// Failures in a row, from 1.
        in_a_row: i64,
        /// Seconds that the other side asked for.
        retry_after: Option<i64>,
    },
}

/// Runs what is due, a few at a time; the reports of those that had their turn.
pub(crate) async fn run_all<R>(
    runs: impl Iterator<Item = impl Future<Output = Result<Option<R>, Error>>>,
) -> Result<Vec<R>, Error> {
    let ended: Vec<_> = futures_util::stream::iter(runs)
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    let mut reports = Vec::new();
    for report in ended {
        reports.extend(report?);
    }
    Ok(reports)
}

/// When to run next.
pub(crate) fn next_run(now: Timestamp, interval_seconds: i64, uuid: Uuid, ended: Ended) -> Timestamp {
    let pause = match ended {
        Ended::More => 0,
        Ended::Done => interval_seconds.saturating_add(spread(uuid, interval_seconds)),
        Ended::Failed { in_a_row, retry_after } => {
            let doubled = FIRST_PAUSE << in_a_row.saturating_sub(1).clamp(0, 20);
            let pause = doubled.min(LONGEST_PAUSE.max(interval_seconds));
            // Many nodes that lost the same source must not come back in the same second.
            pause.saturating_add(spread(uuid, pause)).max(retry_after.unwrap_or(0))
        }
    };
    now.plus_micros(pause.max(0).saturating_mul(1_000_000))
}

/// Up to a tenth of a pause, the same each time for the same subscription.
fn spread(uuid: Uuid, pause: i64) -> i64 {
    let tenth = (pause / 10).max(0).unsigned_abs();
    let (high, low) = uuid.as_u64_pair();
    i64::try_from((high ^ low) % (tenth + 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stix::Timestamp;
    use uuid::Uuid;

    use super::{Ended, LONGEST_PAUSE, next_run};

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn pause(interval: i64, uuid: u128, ended: Ended) -> i64 {
        (next_run(NOW, interval, Uuid::from_u128(uuid), ended).micros() - NOW.micros()) / 1_000_000
    }

    #[test]
    fn what_has_more_to_fetch_goes_on_at_once() {
        assert_eq!(pause(3_600, 7, Ended::More), 0);
    }

    #[test]
    fn pauses_after_failures_double_up_to_a_limit() {
        let after = |in_a_row| {
            pause(
                600,
                0,
                Ended::Failed {
                    in_a_row,
                    retry_after: None,
                },
            )
        };
        assert_eq!([after(1), after(2), after(3), after(4)], [60, 120, 240, 480]);
        assert_eq!(after(1_000), LONGEST_PAUSE);
    }

    #[test]
    fn the_other_side_can_ask_for_a_longer_pause_not_for_a_shorter_one() {
        let asked = |retry_after| {
            pause(
                600,
                0,
                Ended::Failed {
                    in_a_row: 1,
                    retry_after: Some(retry_after),
                },
            )
        };
        assert_eq!(asked(5), 60);
        assert_eq!(asked(900), 900);
    }

    proptest! {
        #[test]
        fn a_run_comes_within_a_tenth_after_its_interval(interval in 60_i64..3_000_000, uuid: u128) {
            let pause = pause(interval, uuid, Ended::Done);
            prop_assert!(pause >= interval && pause <= interval + interval / 10);
        }

        #[test]
        fn a_pause_never_goes_back(interval in 60_i64..3_000_000, uuid: u128, failures in 1_i64..40) {
            let of = |in_a_row| pause(interval, uuid, Ended::Failed { in_a_row, retry_after: None });
            prop_assert!(of(failures + 1) >= of(failures) - of(failures) / 10);
            prop_assert!(of(failures) >= 60);
        }
    }
}
