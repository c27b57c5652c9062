//! A walk over a tree with everything in it that is not an ordinary file.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use files::walk::{Options, Progress, Skipped, Tally, walk};
use files::{Limits, Scanner};

use crate::support::{Told, gzip, sha256};

fn walked(paths: &[PathBuf], options: &Options) -> (Tally, Vec<Told>) {
    let scanner = Scanner::new(sha256(), Limits::default());
    walk(paths, options, &scanner, &|_| {}, &Told::default)
}

fn paths(told: &[Told]) -> BTreeSet<&str> {
    told.iter().flat_map(Told::paths).collect()
}

#[test]
fn every_ordinary_file_is_scanned_once_by_some_thread() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..50 {
        let below = folder.path().join(format!("{}/{}", number % 7, number % 3));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("file{number}")), format!("content {number}")).unwrap();
    }
    fs::write(folder.path().join("packed.gz"), gzip(b"needle")).unwrap();
    let seen = AtomicU64::new(0);
    let last = |progress: Progress| {
        seen.fetch_max(progress.files, Ordering::Relaxed);
    };
    let scanner = Scanner::new(sha256(), Limits::default());
    let options = Options {
        threads: 3,
        ..Options::default()
    };
    let (tally, told) = walk(&[folder.path().to_owned()], &options, &scanner, &last, &Told::default);
    assert_eq!(told.len(), 3);
    assert_eq!((tally.files, tally.members, tally.unreadable), (51, 1, 0));
    assert_eq!(paths(&told).len(), 52);
    assert_eq!(seen.into_inner(), 51);
    assert_eq!(tally.skipped, Skipped::default());
    let alone = walked(&[folder.path().to_owned()], &Options::default()).0;
    assert_eq!(tally, alone, "the numbers do not depend on the threads");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_sockets_are_passed_over_and_counted() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("folder")).unwrap();
    fs::write(root.join("folder/file"), "x").unwrap();
    symlink(root, root.join("folder/loop")).unwrap();
    symlink(root.join("folder/file"), root.join("link")).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(root.join("pipe")).status();
    assert!(made.unwrap().success());
    let (tally, told) = walked(&[root.to_owned()], &Options::default());
    assert_eq!((tally.files, tally.folders), (1, 2));
    assert_eq!(
        tally.skipped,
        Skipped {
            links: 2,
            special: 2,
            ..Skipped::default()
        }
    );
    assert_eq!(told[0].problems, []);
    // A link that is named is meant; a pipe that is named would still wait for ever.
    let (tally, _) = walked(&[root.join("link"), root.join("pipe")], &Options::default());
    assert_eq!((tally.files, tally.skipped.special), (1, 1));
}

#[test]
fn what_cannot_be_read_is_counted_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let missing = folder.path().join("missing");
    let (tally, told) = walked(&[missing.clone(), folder.path().to_owned()], &Options::default());
    assert_eq!((tally.files, tally.unreadable, tally.problems), (1, 1, 1));
    assert_eq!(told[0].problems[0].code, "unreadable");
    assert_eq!(told[0].problems[0].place.file.as_deref(), missing.to_str());
}

#[cfg(unix)]
#[test]
fn files_without_permission_are_unreadable_to_anybody_but_root() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (file, closed) = (folder.path().join("file"), folder.path().join("closed"));
    fs::write(&file, "x").unwrap();
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("inside"), "x").unwrap();
    for path in [&file, &closed] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    let may_read_all = fs::File::open(&file).is_ok();
    let (tally, _) = walked(&[folder.path().to_owned()], &Options::default());
    let expected = if may_read_all { (2, 0) } else { (0, 2) };
    assert_eq!((tally.files, tally.unreadable), expected);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn hidden_names_and_depth_are_options() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("a/b/c")).unwrap();
    fs::create_dir(folder.path().join(".hidden")).unwrap();
    for name in ["top", ".dot", ".hidden/file", "a/one", "a/b/two", "a/b/c/three"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let options = Options {
        hidden: false,
        depth: 2,
        ..Options::default()
    };
    let (tally, _) = walked(&[folder.path().to_owned()], &options);
    assert_eq!(tally.files, 3);
    assert_eq!(
        tally.skipped,
        Skipped {
            hidden: 2,
            too_deep: 1,
            ..Skipped::default()
        }
    );
    let (tally, _) = walked(&[folder.path().to_owned()], &Options::default());
    assert_eq!(tally.files, 6);
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_kernel_makes_up_is_not_read() {
    let (tally, _) = walked(
        &["/proc".into(), "/proc/self/status".into(), "/dev/zero".into()],
        &Options::default(),
    );
    assert_eq!(tally.files, 0);
    assert_eq!(
        tally.skipped,
        Skipped {
            kernel: 2,
            special: 1,
            ..Skipped::default()
        }
    );
}
