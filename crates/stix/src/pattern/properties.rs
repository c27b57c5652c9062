//! Rules that hold for all patterns, tried on generated ones.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::ast::*;
use super::{Compiled, NoObjects, Observed, Pattern, PatternSet, TooComplex};
use crate::json::{self, Map};
use crate::time::Timestamp;

fn instant() -> impl Strategy<Value = Instant> {
    (0_i64..253_402_300_799_999_999, select(vec!["", "7", "001", "5000"])).prop_map(|(micros, finer)| {
        let text = Timestamp::from_micros(micros).to_micros_text().replace('Z', finer) + "Z";
        Instant::parse(&text).unwrap()
    })
}

fn constant() -> impl Strategy<Value = Constant> {
    prop_oneof![
        ".{0,8}".prop_map(Constant::String),
        r"['\\ %]{0,4}".prop_map(Constant::String),
        any::<i64>().prop_map(Constant::Integer),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Constant::Float),
        any::<bool>().prop_map(Constant::Boolean),
        instant().prop_map(Constant::Timestamp),
        vec(any::<u8>(), 0..6).prop_map(Constant::Hex),
        vec(any::<u8>(), 0..6).prop_map(Constant::Binary),
    ]
}

fn property() -> impl Strategy<Value = Step> {
    prop_oneof![
        "[a-z_]{1,6}",
        ".{0,5}",
        select(vec!["AND", "true", "a-b", "t"]).prop_map(str::to_owned)
    ]
    .prop_map(Step::Property)
}

fn path() -> impl Strategy<Value = ObjectPath> {
    let later = prop_oneof![property(), any::<u32>().prop_map(Step::Index), Just(Step::Any)];
    ("x-[a-z0-9-]{0,4}", property(), vec(later, 0..3)).prop_map(|(object_type, first, rest)| ObjectPath {
        object_type,
        steps: std::iter::once(first).chain(rest).collect(),
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let operator = select(vec![
        CompareOperator::Equal,
        CompareOperator::NotEqual,
        CompareOperator::Less,
        CompareOperator::LessOrEqual,
        CompareOperator::Greater,
        CompareOperator::GreaterOrEqual,
    ]);
    prop_oneof![
        (operator, constant()).prop_map(|(operator, constant)| match constant {
            Constant::Boolean(_) => Condition::Compare(CompareOperator::Equal, constant),
            constant => Condition::Compare(operator, constant),
        }),
        vec(constant(), 0..4).prop_map(Condition::In),
        ".{0,6}".prop_map(Condition::Like),
        ".{0,6}".prop_map(Condition::Matches),
        ".{0,6}".prop_map(Condition::IsSubset),
        ".{0,6}".prop_map(Condition::IsSuperset),
        Just(Condition::Exists),
    ]
}

fn test(path: ObjectPath, negated: bool, condition: Condition) -> Comparison {
    Comparison::Test(Test {
        path,
        negated,
        condition,
        position: Position::default(),
        constant_position: Position::default(),
    })
}

fn comparison(leaf: impl Strategy<Value = Comparison> + 'static) -> impl Strategy<Value = Comparison> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Comparison::and),
            vec(inner, 1..4).prop_map(Comparison::or),
        ]
    })
}

fn observation(
    leaf: impl Strategy<Value = Observation> + 'static,
    qualifier: impl Strategy<Value = Qualifier> + Clone + 'static,
    size: u32,
) -> impl Strategy<Value = Observation> {
    leaf.prop_recursive(3, size, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Observation::and),
            vec(inner.clone(), 1..4).prop_map(Observation::or),
            vec(inner.clone(), 1..4).prop_map(Observation::followed_by),
            (inner, qualifier.clone())
                .prop_map(|(inner, qualifier)| Observation::Qualified(Box::new(inner), qualifier)),
        ]
    })
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let at = Position::default();
    let qualifier = prop_oneof![
        (1_i64..=1_000_000_000_000_000).prop_map(move |micros| Qualifier::Within(Seconds { micros }, at)),
        (1_u64..=i64::MAX as u64).prop_map(move |times| Qualifier::Repeats(times, at)),
        (instant(), instant()).prop_map(move |(start, stop)| Qualifier::StartStop(start, stop, at)),
    ]
    .boxed();
    let tests =
        (path(), any::<bool>(), condition()).prop_map(|(path, negated, condition)| test(path, negated, condition));
    observation(comparison(tests).prop_map(Observation::Single), qualifier, 16)
        .prop_map(|expression| Pattern { expression })
}

/// Patterns over few values, so that they match often: `x:a`, `x:b`, `y:a` are 0 to 3.
fn small_comparison() -> impl Strategy<Value = Comparison> {
    let path = select(vec![("x", "a"), ("x", "b"), ("y", "a")]).prop_map(|(object_type, name)| ObjectPath {
        object_type: object_type.to_owned(),
        steps: vec![Step::Property(name.to_owned())],
    });
    let value = prop_oneof![
        (0_i64..4).prop_map(Constant::Integer),
        (0..4).prop_map(|number| Constant::Float(f64::from(number))),
        select(vec!["0", "1", "2"]).prop_map(|text| Constant::String(text.to_owned())),
    ];
    let condition = prop_oneof![
        4 => value.clone().prop_map(|value| Condition::Compare(CompareOperator::Equal, value)),
        1 => value.clone().prop_map(|value| Condition::Compare(CompareOperator::NotEqual, value)),
        1 => value.prop_map(|value| Condition::Compare(CompareOperator::Less, value)),
        2 => vec((0_i64..4).prop_map(Constant::Integer), 0..3).prop_map(Condition::In),
        2 => select(vec!["192.0.2.0/24", "192.0.2.128/25", "192.0.2.7/32", "::/0"])
            .prop_map(|block| Condition::IsSubset(block.to_owned())),
        1 => Just(Condition::Exists),
    ];
    let tests = (path, prop::bool::weighted(0.2), condition)
        .prop_map(|(path, negated, condition)| test(path, negated, condition));
    comparison(tests)
}

fn small_pattern(leaf: impl Strategy<Value = Comparison> + 'static) -> impl Strategy<Value = Pattern> {
    let at = Position::default();
    let micros = |micros: i64| Instant::parse(&Timestamp::from_micros(micros).to_micros_text()).unwrap();
    let qualifier = prop_oneof![
        (1_i64..5).prop_map(move |micros| Qualifier::Within(Seconds { micros }, at)),
        (1_u64..4).prop_map(move |times| Qualifier::Repeats(times, at)),
        (0_i64..4, 1_i64..5).prop_map(move |(start, stop)| Qualifier::StartStop(micros(start), micros(stop), at)),
    ]
    .boxed();
    // Half of them stand as a whole in a WITHIN, where the ends matter most.
    (observation(leaf.prop_map(Observation::Single), qualifier, 6), 1_i64..9).prop_map(move |(inner, micros)| {
        let expression = match micros {
            1..5 => Observation::Qualified(Box::new(inner), Qualifier::Within(Seconds { micros }, at)),
            _ => inner,
        };
        Pattern { expression }
    })
}

#[derive(Clone, Debug)]
struct Sighting {
    first: i64,
    last: i64,
    count: u64,
    objects: Vec<String>,
}

fn sightings(objects: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Vec<Sighting>> {
    let sighting =
        (0_i64..4, 0_i64..3, 1_u64..3, vec(objects, 1..3)).prop_map(|(first, length, count, objects)| Sighting {
            first,
            last: first + length,
            count,
            objects,
        });
    vec(sighting, 0..4)
}

fn with_observed<T>(sightings: &[Sighting], call: impl FnOnce(&[Observed<'_>]) -> T) -> T {
    let parsed: Vec<Vec<json::Value<'_>>> = sightings
        .iter()
        .map(|sighting| sighting.objects.iter().map(|text| json::parse(text).unwrap()).collect())
        .collect();
    let observed: Vec<Observed<'_>> = sightings
        .iter()
        .zip(&parsed)
        .map(|(sighting, objects)| {
            let maps: Vec<&Map<'_>> = objects.iter().filter_map(json::Value::as_object).collect();
            let (first, last) = (
                Timestamp::from_micros(sighting.first),
                Timestamp::from_micros(sighting.last),
            );
            Observed::new(first, last, sighting.count, maps, &NoObjects)
        })
        .collect();
    call(&observed)
}

/// An object of a type that generated paths often begin with.
const X_OBJECT: &str = r#"{"type":"x-","a":[{"b":1}],"t":"\u00ff"}"#;

/// Values of `x:a` and `y:a`, some of them equal to constants of [`small_comparison`].
const VALUES: [&str; 9] = [
    "0",
    "1",
    "2.0",
    "3",
    r#""1""#,
    "[1]",
    r#""192.0.2.7""#,
    r#""192.0.2.128/30""#,
    r#""2001:db8::""#,
];

/// Which single observations make a part true, each with the time it was made at.
type Arrangement = BTreeMap<(usize, u64), i64>;

/// All arrangements that make an expression true, found by trying everything.
fn arrangements(expression: &Observation, sightings: &[Sighting], observed: &[Observed<'_>]) -> Vec<Arrangement> {
    let of = |part: &Observation| arrangements(part, sightings, observed);
    let join = |left: Vec<Arrangement>, right: Vec<Arrangement>, ordered: bool| {
        let mut joined = Vec::new();
        for one in &left {
            for other in &right {
                let apart = one.keys().all(|key| !other.contains_key(key));
                let in_order = !ordered || one.values().max() <= other.values().min();
                if apart && in_order {
                    joined.push(one.iter().chain(other).map(|(key, time)| (*key, *time)).collect());
                }
            }
        }
        joined.sort();
        joined.dedup();
        joined
    };
    match expression {
        Observation::Single(_) => {
            let leaf = Compiled::new(&Pattern {
                expression: expression.clone(),
            })
            .unwrap();
            let mut found = Vec::new();
            for (index, sighting) in sightings.iter().enumerate() {
                if leaf.matches(&observed[index..=index]).unwrap() {
                    for copy in 0..sighting.count {
                        found.extend(
                            (sighting.first..=sighting.last).map(|time| Arrangement::from([((index, copy), time)])),
                        );
                    }
                }
            }
            found
        }
        Observation::And(parts) => parts
            .iter()
            .map(of)
            .reduce(|left, right| join(left, right, false))
            .unwrap(),
        Observation::Or(parts) => parts.iter().flat_map(of).collect(),
        Observation::FollowedBy(parts) => parts
            .iter()
            .map(of)
            .reduce(|left, right| join(left, right, true))
            .unwrap(),
        Observation::Qualified(inner, Qualifier::Repeats(times, _)) => {
            let once = of(inner);
            (1..*times).fold(once.clone(), |found, _| join(found, once.clone(), false))
        }
        Observation::Qualified(inner, Qualifier::Within(seconds, _)) => {
            let mut found = of(inner);
            found.retain(|one| one.values().max().unwrap() - one.values().min().unwrap() < seconds.micros);
            found
        }
        Observation::Qualified(inner, Qualifier::StartStop(start, stop, _)) => {
            let (start, stop) = (start.timestamp().micros(), stop.timestamp().micros());
            let mut found = of(inner);
            found.retain(|one| one.values().all(|time| start <= *time && *time < stop));
            found
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_written_reads_back_equal_and_can_be_evaluated(pattern in any_pattern(), count in any::<u64>()) {
        let objects = vec![X_OBJECT.to_owned()];
        let sighting = Sighting { first: 0, last: 9, count, objects };
        let text = pattern.canonical();
        let read = Pattern::parse(&text).map_err(|problem| TestCaseError::fail(format!("{text}: {problem}")))?;
        prop_assert_eq!(&read, &pattern);
        prop_assert_eq!(read.canonical(), text);
        let _ = super::literals(&pattern);
        if let Ok(compiled) = Compiled::new(&pattern) {
            let found = with_observed(&[sighting], |observed| compiled.matches(observed));
            prop_assert!(matches!(found, Ok(_) | Err(TooComplex)));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_inside_it(
        text in prop_oneof![
            ".{0,40}",
            vec(select(vec![
                "[", "]", "(", ")", "a:b", "=", "'x'", "1", " ", "AND", "OR", "NOT", "IN", "REPEATS", "TIMES",
                "WITHIN",
                "SECONDS", "START", "STOP", "t'2026-01-01T00:00:00Z'", "LIKE", "MATCHES", "\n", "'", "\\", ",", "-",
                ".5", "é",
                "EXISTS", "/*", "*/", "//", "[*]", "FOLLOWEDBY", "h'0", "[a:b = 1]",
            ]), 0..30).prop_map(|words| words.concat()),
            vec(select(vec!["[a:b = 1]", "AND", "OR", "FOLLOWEDBY", "(", ")", "REPEATS 2 TIMES"]), 0..12)
                .prop_map(|words| words.join(" ")),
        ],
    ) {
        for read in [Pattern::parse(&text), Pattern::parse_v20(&text)] {
            match read {
                Ok(pattern) => prop_assert_eq!(Pattern::parse(&pattern.canonical()).unwrap(), pattern),
                Err(problem) => {
                    let lines: Vec<&str> = text.split('\n').collect();
                    let line = usize::try_from(problem.place.line.unwrap()).unwrap();
                    let column = usize::try_from(problem.place.column.unwrap()).unwrap();
                    prop_assert!((1..=lines.len()).contains(&line));
                    prop_assert!((1..=lines[line - 1].chars().count() + 1).contains(&column));
                }
            }
        }
    }

    #[test]
    fn a_set_finds_what_its_patterns_find_one_by_one(
        patterns in vec(small_pattern(small_comparison()), 1..12),
        sightings in sightings(
            (
                select(vec!["x", "y"]),
                select(VALUES.to_vec()),
                select(vec!["0", "1", "null", r#""2""#]),
            )
                .prop_map(|(object_type, a, b)| format!(r#"{{"type":"{object_type}","a":{a},"b":{b}}}"#)),
        ),
    ) {
        let compiled: Vec<Compiled> = patterns.iter().map(|pattern| Compiled::new(pattern).unwrap()).collect();
        let set: PatternSet = compiled.iter().cloned().collect();
        with_observed(&sightings, |observed| {
            let one_by_one: Vec<usize> =
                (0..compiled.len()).filter(|index| compiled[*index].matches(observed).unwrap()).collect();
            let found = set.matches(observed);
            prop_assert_eq!(found.matching, one_by_one);
            prop_assert_eq!(found.undecided, Vec::<usize>::new());
            Ok(())
        })?;
    }

    #[test]
    fn arrangements_exist_exactly_where_trying_everything_finds_one(
        pattern in small_pattern((0_i64..3).prop_map(|number| {
            let path = ObjectPath { object_type: "x".to_owned(), steps: vec![Step::Property("a".to_owned())] };
            test(path, false, Condition::Compare(CompareOperator::Equal, Constant::Integer(number)))
        })),
        sightings in sightings((0..3).prop_map(|number| format!(r#"{{"type":"x","a":{number}}}"#))),
    ) {
        with_observed(&sightings, |observed| {
            let expected = !arrangements(&pattern.expression, &sightings, observed).is_empty();
            let found = Compiled::new(&pattern).unwrap().matches(observed);
            prop_assert_eq!(found, Ok(expected), "{}", pattern);
            Ok(())
        })?;
    }
}
