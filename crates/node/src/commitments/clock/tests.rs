use jiff::civil::Weekday;
use proptest::prelude::*;
use stix::Timestamp;
use uuid::Uuid;

use super::{At, Clock, Days, Start, Unit};

fn due(clock: &str, start: &str) -> String {
    let start = Timestamp::parse(start).unwrap();
    clock.parse::<Clock>().unwrap().due(start).unwrap().to_micros_text()
}

#[test]
fn hours_elapse_whatever_the_wall_clock_does() {
    // Madrid goes to summer time on 2026-03-29 at 01:00Z.
    assert_eq!(due("24 hours", "2026-03-28T12:00:00Z"), "2026-03-29T12:00:00.000000Z");
    assert_eq!(
        due("24h, Europe/Madrid", "2026-03-28T12:00:00Z"),
        "2026-03-29T12:00:00.000000Z"
    );
    assert_eq!(due("90 minutes", "2026-03-28T12:00:00Z"), "2026-03-28T13:30:00.000000Z");
}

#[test]
fn a_day_ends_where_the_zone_is() {
    assert_eq!(due("1 day", "2026-03-27T12:00:00Z"), "2026-03-28T23:59:59.999999Z");
    assert_eq!(
        due("1 day, Europe/Madrid", "2026-03-27T12:00:00Z"),
        "2026-03-28T22:59:59.999999Z"
    );
    // It is the 28th there already.
    assert_eq!(
        due("1 day, Pacific/Auckland", "2026-03-27T12:00:00Z"),
        "2026-03-29T10:59:59.999999Z"
    );
    assert_eq!(
        due("2 days, same time, Europe/Madrid", "2026-03-28T12:00:00Z"),
        "2026-03-30T11:00:00.000000Z"
    );
}

#[test]
fn a_month_ends_on_the_day_of_the_same_number_or_the_last_there_is() {
    assert_eq!(due("1 month", "2027-01-31T08:00:00Z"), "2027-02-28T23:59:59.999999Z");
    assert_eq!(due("1 month", "2028-01-31T08:00:00Z"), "2028-02-29T23:59:59.999999Z");
    assert_eq!(due("1 month", "2026-11-23T08:00:00Z"), "2026-12-23T23:59:59.999999Z");
    assert_eq!(due("1 year", "2028-02-29T08:00:00Z"), "2029-02-28T23:59:59.999999Z");
}

#[test]
fn working_days_leave_out_weekends_and_holidays() {
    // 2026-12-23 is a Wednesday.
    assert_eq!(
        due("3 working days", "2026-12-23T08:00:00Z"),
        "2026-12-28T23:59:59.999999Z"
    );
    assert_eq!(
        due("3 working days, holidays 2026-12-24 2026-12-25", "2026-12-23T08:00:00Z"),
        "2026-12-30T23:59:59.999999Z"
    );
    // Begun on a Saturday, the first day is the Monday.
    assert_eq!(
        due("1 working day", "2026-12-26T08:00:00Z"),
        "2026-12-28T23:59:59.999999Z"
    );
}

#[test]
fn the_last_day_moves_to_a_working_one_only_where_the_rule_says_so() {
    // 2026-12-26 is a Saturday.
    assert_eq!(due("3 days", "2026-12-23T08:00:00Z"), "2026-12-26T23:59:59.999999Z");
    assert_eq!(
        due("3 days, ending on a working day", "2026-12-23T08:00:00Z"),
        "2026-12-28T23:59:59.999999Z"
    );
    assert_eq!(
        due("1 month, ending on a working day", "2026-11-26T08:00:00Z"),
        "2026-12-28T23:59:59.999999Z"
    );
}

#[test]
fn a_time_that_is_skipped_is_later_and_one_that_comes_twice_is_the_first() {
    // 02:30 in Madrid does not exist on 2026-03-29.
    assert_eq!(
        due("1 day, same time, Europe/Madrid", "2026-03-28T01:30:00Z"),
        "2026-03-29T01:30:00.000000Z"
    );
    // 02:30 comes twice on 2026-10-25: at 00:30Z and 01:30Z.
    assert_eq!(
        due("1 day, same time, Europe/Madrid", "2026-10-24T00:30:00Z"),
        "2026-10-25T00:30:00.000000Z"
    );
    // In Beirut the day 2026-03-29 begins at one o'clock: the 28th ends at midnight all the same.
    assert_eq!(
        due("1 day, Asia/Beirut", "2026-03-27T12:00:00Z"),
        "2026-03-28T21:59:59.999999Z"
    );
}

#[test]
fn an_instant_or_a_day_can_be_said_outright() {
    let start = "2026-11-23T00:00:00Z";
    assert_eq!(
        due("by 2026-12-01T17:00:00Z", "2026-12-01T17:00:00Z"),
        "2026-12-01T17:00:00.000000Z"
    );
    let clock: Clock = "by 2026-12-01, Europe/Madrid".parse().unwrap();
    let Start::Instant(from) = clock.from else { panic!() };
    assert_eq!(clock.due(from).unwrap().to_micros_text(), "2026-12-01T22:59:59.999999Z");
    assert!(from > Timestamp::parse(start).unwrap());
}

#[test]
fn what_contradicts_itself_is_refused_with_what_to_write() {
    for text in [
        "",
        "soon",
        "0 days",
        "5 working weeks",
        "24 hours, ending on a working day",
        "1 day, Europe/Atlantis",
        "1 day, ../../etc/passwd",
        "11 years",
        "1 day after tomorrow",
        "1 day from now",
        "by Friday",
        "1 day, holidays Christmas",
        "3 days 4",
    ] {
        let problem = text.parse::<Clock>().unwrap_err();
        assert_eq!(problem.code, "bad-clock", "{text}");
    }
}

fn clocks() -> impl Strategy<Value = Clock> {
    let zones = [
        "UTC",
        "Europe/Madrid",
        "America/New_York",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/Sao_Paulo",
    ];
    let start = prop_oneof![
        Just(Start::Made),
        (0_i64..2_000_000_000).prop_map(|seconds| Start::Instant(Timestamp::from_seconds(seconds))),
        any::<u128>().prop_map(|number| Start::After(Uuid::from_u128(number))),
    ];
    let holidays = prop::collection::vec(1_i8..28, 0..4);
    (
        start,
        0_usize..6,
        1_u32..130,
        0_usize..3,
        any::<bool>(),
        0_usize..zones.len(),
        holidays,
    )
        .prop_map(move |(from, unit, count, days, end_of_day, zone, holidays)| {
            let unit = Unit::ALL[unit];
            let days = match (days, unit) {
                (1, Unit::Days) => Days::Working,
                (2, unit) if !unit.elapses() => Days::EndsOnWorking,
                _ => Days::Calendar,
            };
            Clock {
                from,
                count: count.min(unit.most()),
                days,
                at: if end_of_day { At::EndOfDay } else { At::SameTime },
                zone: zones[zone].to_owned(),
                holidays: holidays
                    .into_iter()
                    .map(|day| jiff::civil::date(2026, 12, day))
                    .collect(),
                ..Clock::of(1, unit)
            }
        })
}

/// 2020 to 2040.
fn instants() -> impl Strategy<Value = Timestamp> {
    (1_577_836_800_i64..2_208_988_800).prop_map(Timestamp::from_seconds)
}

fn local_day(clock: &Clock, at: Timestamp) -> jiff::civil::Date {
    let zone = jiff::tz::TimeZone::get(&clock.zone).unwrap();
    let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap();
    at.to_zoned_datetime(zone).date()
}

fn works(clock: &Clock, day: jiff::civil::Date) -> bool {
    day.weekday() != Weekday::Saturday && day.weekday() != Weekday::Sunday && !clock.holidays.contains(&day)
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(clock in clocks()) {
        prop_assert_eq!(&clock.to_string().parse::<Clock>().unwrap(), &clock);
        prop_assert_eq!(&Clock::from_json(&clock.to_json()).unwrap(), &clock);
    }

    #[test]
    fn nothing_is_due_before_it_begins(clock in clocks(), start in instants()) {
        prop_assert!(clock.due(start).unwrap() > start);
    }

    #[test]
    fn who_begins_later_is_due_no_earlier(clock in clocks(), start in instants(), more in 0_i64..10_000_000) {
        // Not so with the time of day: 30 January at 23:00 and 31 January at 01:00 both go to 28 February.
        let clock = Clock { at: if clock.unit.elapses() { clock.at } else { At::EndOfDay }, ..clock };
        let later = start.plus_micros(more * 1_000_000);
        prop_assert!(clock.due(start).unwrap() <= clock.due(later).unwrap());
    }

    #[test]
    fn as_many_working_days_lie_between_as_were_asked_for(clock in clocks(), start in instants()) {
        let clock = Clock { unit: Unit::Days, days: Days::Working, ..clock };
        let (mut day, last) = (local_day(&clock, start), local_day(&clock, clock.due(start).unwrap()));
        let mut counted = 0;
        while day < last {
            day = day.tomorrow().unwrap();
            counted += u32::from(works(&clock, day));
        }
        prop_assert_eq!(counted, clock.count);
        prop_assert!(works(&clock, last));
    }

    #[test]
    fn an_end_that_moves_moves_over_free_days_only(clock in clocks(), start in instants()) {
        prop_assume!(!clock.unit.elapses() && clock.days != Days::Working);
        let stays = Clock { days: Days::Calendar, ..clock.clone() };
        let moves = Clock { days: Days::EndsOnWorking, ..clock };
        let (mut day, last) = (local_day(&stays, stays.due(start).unwrap()), local_day(&moves, moves.due(start).unwrap()));
        prop_assert!(works(&moves, last));
        while day < last {
            prop_assert!(!works(&moves, day));
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in ".{0,60}") {
        let _ = text.parse::<Clock>();
    }
}
