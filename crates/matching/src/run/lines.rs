//! Text, on as many threads as are given: each takes the next block, and what they find goes out in the order of the blocks.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use events::lines::{Layout, Shape};

use super::eval::{At, Evaluator, Outcome, Window};
use super::feed::{BLOCK, Cut, Feed};
use super::{Armed, Current, Options, Taker, Tally, unreadable};
use crate::scan::{self, Also, Block, Looks};

/// Blocks that may be done before one that is not: a line that takes long must not let the others pile up.
const AHEAD: u64 = 16;

/// Reads text to its end.
pub(super) fn read(
    head: Vec<u8>,
    input: Box<dyn Read + Send + '_>,
    name: &str,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Tally {
    let layout = Layout::detect(&head);
    let mut tally = Tally {
        reader: layout.name().to_owned(),
        ..Tally::default()
    };
    // Rules that count over several events have to see them in order.
    let in_order = current.get().sigma.as_ref().is_some_and(sigma::Rules::correlates);
    let threads = if in_order { 1 } else { options.threads.max(1) };
    let order = Order {
        next: 0,
        line: 0,
        waiting: BTreeMap::new(),
        tally: &mut tally,
        window: Window::default(),
        taker,
    };
    let shared = Shared {
        name,
        current,
        options,
        feed: Mutex::new((0, Feed::new(head, input, layout, options.line_bytes))),
        order: Mutex::new(order),
        moved: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| shared.work());
        }
        shared.work();
    });
    let (_, feed) = shared.feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let order = shared.order.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = feed.failure {
        order.taker.problem(unreadable(name, &error));
    }
    tally
}

struct Shared<'a, 'r> {
    name: &'a str,
    current: &'a Current,
    options: &'a Options,
    feed: Mutex<(u64, Feed<'r>)>,
    order: Mutex<Order<'a>>,
    moved: Condvar,
}

/// Puts what the threads found into the order of the blocks.
struct Order<'a> {
    next: u64,
    line: u64,
    waiting: BTreeMap<u64, Done>,
    tally: &'a mut Tally,
    window: Window,
    taker: &'a mut dyn Taker,
}

/// What came of one block. Its lines are counted from its beginning.
struct Done {
    outcome: Outcome,
    armed: Arc<Armed>,
    lines: u64,
    passed: u64,
    goes_on: bool,
}

impl Shared<'_, '_> {
    fn work(&self) {
        let mut block = Block::with_capacity(BLOCK + BLOCK / 8);
        let mut next = self.next(&mut block);
        while next.is_some() {
            // What is matched with may have been swapped: rules begin anew then.
            let armed = self.current.get();
            let mut evaluator = Evaluator::new(&armed, (self.options.now)());
            while let Some((number, cut)) = next.take() {
                evaluator.now = (self.options.now)();
                let (outcome, lines) = lines_of(&block, &cut, self.name, &mut evaluator, self.options);
                self.put(
                    number,
                    Done {
                        outcome,
                        armed: Arc::clone(&armed),
                        lines,
                        passed: cut.passed,
                        goes_on: cut.goes_on,
                    },
                );
                next = self.next(&mut block);
                if !Arc::ptr_eq(&armed, &self.current.get()) {
                    break;
                }
            }
        }
    }

    fn next(&self, block: &mut Block) -> Option<(u64, Cut)> {
        if self.options.stop.load(Ordering::Relaxed) {
            return None;
        }
        let mut feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = feed.1.fill(block)?;
        feed.0 += 1;
        Some((feed.0 - 1, cut))
    }

    fn put(&self, number: u64, done: Done) {
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        while number >= order.next + AHEAD {
            order = self.moved.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
        order.waiting.insert(number, done);
        order.give();
        self.moved.notify_all();
    }
}

impl Order<'_> {
    fn give(&mut self) {
        while let Some(mut done) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.window.settle(&done.armed, &mut done.outcome);
            // A line that goes on has been counted with its beginning.
            let before = self.line + done.passed - u64::from(done.goes_on);
            for mut hit in done.outcome.hits {
                hit.at += before;
                self.taker.hit(hit);
            }
            for sample in &mut done.outcome.tally.samples {
                sample.at += before;
            }
            self.line = before + done.lines;
            done.outcome.tally.records = done.lines + done.passed - u64::from(done.goes_on);
            self.tally.add(&Tally {
                reader: self.tally.reader.clone(),
                ..done.outcome.tally
            });
        }
    }
}

/// Knows no token: asks for every line, or for none, which are then only counted.
struct NoTokens {
    every_line: bool,
}

impl Looks for NoTokens {
    fn table(&self) -> (&[u64], usize) {
        (&[0], 1)
    }
    fn knows_tokens(&self, _: &[u8], _: &[Range<usize>]) -> u64 {
        0
    }
    fn knows_colon_run(&self, _: &[u8]) -> bool {
        false
    }
    fn also(&self) -> Also {
        Also {
            every_line: self.every_line,
            ..Also::default()
        }
    }
}

/// Matches the lines of a block; gives also how many there are.
pub(super) fn lines_of(
    block: &Block,
    cut: &Cut,
    name: &str,
    evaluator: &mut Evaluator<'_>,
    options: &Options,
) -> (Outcome, u64) {
    let looks: &dyn Looks = match &evaluator.armed().watchlist {
        _ if evaluator.needs_every_event() => &NoTokens { every_line: true },
        Some(watchlist) => watchlist,
        None => &NoTokens { every_line: false },
    };
    let shape = if cut.goes_on || cut.is_cut {
        Shape::Any
    } else {
        cut.layout.shape()
    };
    let scanned = scan::scan(block, shape, looks);
    let mut outcome = Outcome::default();
    let text = block.text();
    for flagged in &scanned.flagged {
        let at = At {
            source: name,
            reader: cut.layout.name(),
            number: flagged.line as u64 + 1,
        };
        evaluator.line(&cut.layout, &text[flagged.range.clone()], at, &mut outcome);
    }
    if cut.is_cut && !cut.goes_on {
        let message = format!(
            "the line has more than {} bytes and is matched in pieces",
            options.line_bytes
        );
        outcome.tally.malformed(1, &message, text);
    }
    outcome.tally.bytes = text.len() as u64 + cut.passed_bytes;
    outcome.tally.events = (scanned.lines - scanned.empty) as u64 - u64::from(cut.goes_on && scanned.lines > 0);
    (outcome, scanned.lines as u64)
}
