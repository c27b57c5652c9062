use std::path::PathBuf;

use matching::Warninglists;
use stix::observable::{Kind, normalise};

fn folder() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(PathBuf::from(data).join("sharing/warninglists/lists"))
}

fn names(lists: &Warninglists, kind: Kind, text: &str) -> Vec<String> {
    let observable = normalise(kind, text).unwrap();
    lists.hits(&observable).map(|hit| hit.list.name.clone()).collect()
}

#[test]
fn all_published_lists_load_and_hit_what_they_should() {
    let Some(folder) = folder() else { return };
    let mut builder = Warninglists::builder();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(file.join("list.json")).unwrap();
        builder.add_json(&file.file_name().unwrap().to_string_lossy(), &text);
    }
    let (lists, problems) = builder.build();
    for problem in &problems {
        println!("{problem}");
    }
    assert_eq!(lists.lists().len(), 136);
    let entries: usize = lists.lists().iter().map(|list| list.entries).sum();
    assert_eq!(entries + problems.len(), 528_972);

    let hits = |kind, text, list: &str| names(&lists, kind, text).iter().any(|name| name.contains(list));
    assert!(hits(Kind::Ipv4, "10.1.2.3", "RFC 1918"));
    assert!(hits(Kind::Ipv4, "8.8.8.8", "public DNS"));
    assert!(hits(Kind::Ipv4, "146.112.61.104", "umbrella-blockpage"));
    assert!(hits(Kind::Ipv6, "2001:db8::1", "RFC 3849"));
    assert!(hits(Kind::Domain, "www.google.com", "google"));
    assert!(hits(Kind::Domain, "BIT.LY", "Shorteners"));
    assert!(hits(Kind::Url, "https://bit.ly/abc", "Shorteners"));
    assert!(hits(Kind::Domain, "com", "TLDs"));
    assert!(hits(Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e", "empty"));
    assert!(hits(Kind::EmailAddress, "abuse@example.com", "contact e-mail"));
    assert!(names(&lists, Kind::Domain, "notbit.ly").is_empty());
    assert!(names(&lists, Kind::Domain, "c2.river-watch.example").is_empty());
    assert!(names(&lists, Kind::Sha256, &"ab".repeat(32)).is_empty());
}
