use std::io::{Cursor, Write as _};

use sources::Limits;
use sources::stream::reader::Reader;

use crate::kit::Running;

#[tokio::test]
async fn a_pipe_gives_lines_as_they_come_and_ends_with_its_writer() {
    let (input, mut writer) = std::io::pipe().unwrap();
    let reader = Reader::of(input, "pipe", Limits::default());
    let mut running = Running::start(|out, stop, status| reader.run(out, stop, status));
    writer.write_all(b"198.51.100.7 one\nhal").unwrap();
    let piece = running.next().await;
    assert_eq!(
        (piece.bytes.as_ref(), &*piece.source),
        (b"198.51.100.7 one\n".as_slice(), "pipe")
    );
    writer.write_all(b"f\nrest").unwrap();
    assert_eq!(running.text().await, "half\n");
    drop(writer);
    let (texts, outcome) = running.rest().await;
    assert_eq!((texts, outcome), (vec!["rest".to_owned()], Ok(())));
    assert_eq!(running.status.counts().pieces, 3);
}

#[tokio::test]
async fn a_packed_input_that_is_cut_gives_what_was_there_and_a_problem() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packer.write_all(&b"a line of the log\n".repeat(10_000)).unwrap();
    let mut packed = packer.finish().unwrap();
    packed.truncate(packed.len() - 1000);
    let reader = Reader::of(Cursor::new(packed), "a.gz", Limits::default());
    let mut running = Running::start(|out, stop, status| reader.run(out, stop, status));
    let (texts, outcome) = running.rest().await;
    assert!(texts.concat().starts_with("a line of the log\n"));
    let problem = outcome.unwrap_err();
    assert_eq!((problem.code, problem.place.file.as_deref()), ("cut-off", Some("a.gz")));
}

#[tokio::test]
async fn it_stops_though_nothing_comes() {
    let (input, writer) = std::io::pipe().unwrap();
    let reader = Reader::of(input, "pipe", Limits::default());
    let running = Running::start(|out, stop, status| reader.run(out, stop, status));
    let (texts, outcome) = running.end().await;
    assert_eq!((texts.len(), outcome), (0, Ok(())));
    drop(writer);
}
