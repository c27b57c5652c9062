use std::fs::{self, File, OpenOptions};
use std::io::Write as _;

use super::*;

/// A directory with a follower of one name or pattern in it.
struct Scene {
    directory: tempfile::TempDir,
    status: Arc<Status>,
    follower: Follower,
}

impl Scene {
    fn new(pattern: &str, start: Start) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::at(directory, pattern, start, Positions::new())
    }

    fn at(directory: tempfile::TempDir, pattern: &str, start: Start, positions: Positions) -> Self {
        let status = Arc::new(Status::default());
        let follow = Follow {
            start,
            positions,
            line_bytes: 64,
            ..Follow::new([directory.path().join(pattern).display().to_string()])
        };
        let follower = Follower::new(follow, Arc::clone(&status)).unwrap();
        Self {
            directory,
            status,
            follower,
        }
    }

    /// Stops and starts again from the positions that were saved.
    fn restarted(self, pattern: &str) -> Self {
        // Through JSON, as the caller keeps them.
        let text = serde_json::to_string(&self.status.positions()).unwrap();
        Self::at(
            self.directory,
            pattern,
            Start::End,
            serde_json::from_str(&text).unwrap(),
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// One look; everything it gave, taken.
    fn look(&mut self) -> String {
        let mut text = String::new();
        let take = &mut |mut piece: Piece| {
            text.push_str(std::str::from_utf8(&piece.bytes).unwrap());
            piece.taken();
            Ok(())
        };
        self.follower.poll_now(take).unwrap();
        text
    }

    /// One look; what it gave was never dealt with.
    fn look_untaken(&mut self) {
        self.follower.poll_now(&mut |_| Ok(())).unwrap();
    }
}

#[test]
fn what_is_appended_is_given_and_half_lines_wait() {
    let mut scene = Scene::new("a.log", Start::End);
    scene.append("a.log", "before\n");
    assert_eq!(scene.look(), "");
    scene.append("a.log", "one\ntw");
    assert_eq!(scene.look(), "one\n");
    assert_eq!(scene.look(), "");
    scene.append("a.log", "o\n");
    assert_eq!(scene.look(), "two\n");
}

#[test]
fn reading_from_the_beginning_gives_what_is_there() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "before\n");
    assert_eq!(scene.look(), "before\n");
}

#[test]
fn a_file_that_appears_later_is_read_as_a_whole() {
    let mut scene = Scene::new("*.log", Start::End);
    scene.append("a.log", "before\n");
    assert_eq!(scene.look(), "");
    scene.append("b.log", "first\n");
    scene.append(".hidden.log", "no\n");
    assert_eq!(scene.look(), "first\n");
}

#[test]
fn rotation_by_renaming_loses_nothing_before_or_after() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    let mut writer = File::create(scene.path("a.log")).unwrap();
    writer.write_all(b"1\n").unwrap();
    assert_eq!(scene.look(), "1\n");
    writer.write_all(b"2\n").unwrap();
    scene.rename("a.log", "a.log.1");
    writer.write_all(b"3\n").unwrap();
    assert_eq!(scene.look(), "2\n3\n", "no new file yet");
    scene.append("a.log", "");
    writer.write_all(b"4\n").unwrap();
    assert_eq!(scene.look(), "4\n", "the new file is empty yet");
    writer.write_all(b"5\nhal").unwrap();
    scene.append("a.log", "6\n");
    assert_eq!(
        scene.look(),
        "5\nhal6\n",
        "the old one to its end first, its half line too"
    );
    writer.write_all(b"7\n").unwrap();
    assert_eq!(scene.look(), "7\n", "a second writer is still in the old one");
    fs::remove_file(scene.path("a.log.1")).unwrap();
    scene.append("a.log", "8\n");
    assert_eq!(scene.look(), "8\n");
}

#[test]
fn a_renamed_file_that_matches_too_is_not_read_again() {
    let mut scene = Scene::new("*.log", Start::Beginning);
    scene.append("a.log", "1\n");
    assert_eq!(scene.look(), "1\n");
    for number in 2..6 {
        scene.rename("a.log", &format!("a-{number}.log"));
        assert_eq!(scene.look(), "");
        scene.append("a.log", &format!("{number}\n"));
        assert_eq!(scene.look(), format!("{number}\n"));
        assert_eq!(scene.look(), "");
    }
}

#[test]
fn a_file_that_is_emptied_is_read_from_its_beginning() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\nhalf");
    assert_eq!(scene.look(), "1\n");
    File::create(scene.path("a.log")).unwrap();
    assert_eq!(scene.look(), "half");
    scene.append("a.log", "2\n");
    assert_eq!(scene.look(), "2\n");
}

#[test]
fn a_file_that_is_emptied_and_grows_longer_between_two_looks_is_noticed() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\n");
    assert_eq!(scene.look(), "1\n");
    fs::write(scene.path("a.log"), "2\n3\n4\n").unwrap();
    assert_eq!(scene.look(), "2\n3\n4\n");
}

#[test]
fn deletion_and_recreation_lose_nothing() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    let mut writer = File::create(scene.path("a.log")).unwrap();
    writer.write_all(b"1\n").unwrap();
    assert_eq!(scene.look(), "1\n");
    writer.write_all(b"2\nhalf").unwrap();
    fs::remove_file(scene.path("a.log")).unwrap();
    assert_eq!(scene.look(), "2\n");
    assert_eq!(scene.look(), "half", "nothing more comes, so the half line is given");
    assert_eq!(scene.look(), "");
    scene.append("a.log", "3\n");
    assert_eq!(scene.look(), "3\n");
}

#[test]
fn a_restart_goes_on_behind_what_was_taken() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\nhal");
    assert_eq!(scene.look(), "1\n");
    scene.append("a.log", "f\n2\n");
    scene.look_untaken();
    let mut scene = scene.restarted("a.log");
    scene.append("a.log", "3\n");
    assert_eq!(scene.look(), "half\n2\n3\n");
}

#[test]
fn half_lines_given_at_the_end_come_whole_after_a_restart() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\nhal");
    assert_eq!(scene.look(), "1\n");
    let mut rest = scene.follower.rest();
    assert_eq!(rest[0].bytes, "hal");
    rest.iter_mut().for_each(Piece::taken);
    let mut scene = scene.restarted("a.log");
    scene.append("a.log", "f\n");
    assert_eq!(scene.look(), "half\n");
}

#[test]
fn a_file_that_was_rotated_while_nobody_looked_is_read_to_its_end() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\n");
    assert_eq!(scene.look(), "1\n");
    scene.append("a.log", "2\n");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    let mut scene = scene.restarted("a.log");
    assert_eq!(scene.look(), "2\n3\n");
    let mut scene = scene.restarted("a.log");
    scene.append("a.log", "4\n");
    assert_eq!(scene.look(), "4\n");
}

#[test]
fn pieces_of_the_old_file_that_were_not_taken_come_again_though_the_new_one_was_opened() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\n");
    assert_eq!(scene.look(), "1\n");
    scene.append("a.log", "2\n");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    scene.look_untaken();
    let mut scene = scene.restarted("a.log");
    assert_eq!(scene.look(), "2\n3\n");
}

#[test]
fn a_lost_position_is_told_and_the_new_file_read() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", "1\n");
    assert_eq!(scene.look(), "1\n");
    fs::write(scene.path("b.log"), "3\n").unwrap();
    scene.rename("b.log", "a.log");
    let mut scene = scene.restarted("a.log");
    assert_eq!(scene.look(), "3\n");
    assert_eq!(scene.status.last_error().unwrap().code, "position-lost");
}

#[test]
fn endless_lines_are_cut_and_counted() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    scene.append("a.log", &"x".repeat(1000));
    assert_eq!(scene.look(), format!("{}\n", "x".repeat(64)));
    scene.append("a.log", "xx\nnext\n");
    assert_eq!(scene.look(), "next\n");
    assert_eq!(scene.status.counts().cut_lines, 1);
}

#[test]
fn large_files_come_in_order_and_whole() {
    let mut scene = Scene::new("a.log", Start::Beginning);
    let text: String = (0..300_000).map(|number| format!("line {number}\n")).collect();
    fs::write(scene.path("a.log"), &text).unwrap();
    assert!(scene.look() == text);
}

#[test]
fn a_bad_pattern_says_how_to_write_one() {
    let problem = Follower::new(Follow::new(["/a/***"]), Arc::default()).unwrap_err();
    assert_eq!(problem.code, "bad-pattern");
}

#[tokio::test]
async fn running_tells_of_changes_and_flushes_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    fs::write(&path, "1\n").unwrap();
    let follow = Follow {
        start: Start::Beginning,
        ..Follow::new([path.display().to_string()])
    };
    let (out, mut pieces) = tokio::sync::mpsc::channel(4);
    let stop = CancellationToken::new();
    let running = tokio::spawn(follow.run(out, stop.clone(), Arc::default()));
    assert_eq!(pieces.recv().await.unwrap().bytes, "1\n");
    let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
    writer.write_all(b"2\nhalf").unwrap();
    assert_eq!(pieces.recv().await.unwrap().bytes, "2\n");
    stop.cancel();
    assert_eq!(pieces.recv().await.unwrap().bytes, "half");
    assert!(pieces.recv().await.is_none());
    running.await.unwrap().unwrap();
}
