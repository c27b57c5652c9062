//! The YARA rules that Yara-Rules publishes, compiled (COMMONWATCH_DATA): what is left out, and why.

use std::collections::BTreeMap;
use std::path::PathBuf;

use files::Rules;

#[test]
fn published_rules_compile_but_for_those_with_a_reason() {
    let Some(data) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return;
    };
    let folder = PathBuf::from(data).join("detect/yara/Yara-Rules");
    let mut unread = Vec::new();
    let compiled = Rules::builder().add_folder(&folder, &mut unread).build().unwrap();
    assert_eq!(unread, []);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &compiled.problems {
        println!("{} {problem}", problem.code);
        *reasons.entry(problem.code.to_owned()).or_default() += 1;
    }
    assert_eq!((compiled.used, compiled.left_out), (12_822, 89));
    // 13 files only include others, which are read by themselves. 77 rules are for Android and Cuckoo. 10 use a rule of another
    // file without including it, and two are wrong: they compare truth values as numbers, and look for nothing.
    let expected = [("yara-include", 13), ("yara-module", 77), ("yara-rule", 12)];
    assert_eq!(reasons, expected.map(|(code, many)| (code.to_owned(), many)).into());
}
