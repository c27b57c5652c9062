//! Text, on as many threads as are given: each takes the next block, and what they find goes out in the order of the blocks.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};

use events::lines::Layout;

use super::eval::{At, Evaluator, Outcome, Window};
use super::feed::{BLOCK, Cut, Feed};
use super::{Current, Options, Taker, Tally, unreadable};
use crate::scan::{self, Also, Block, Looks};

/// Blocks that may be done before one that is not: a line that takes long must not let the others pile up.
const AHEAD: usize = 16;

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
        for _ in 1..options.threads.max(1) {
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
    armed: std::sync::Arc<super::Armed>,
    lines: u64,
    passed: u64,
    goes_on: bool,
}

impl Shared<'_, '_> {
    fn work(&self) {
        let mut block = Block::with_capacity(BLOCK + BLOCK / 8);
        while !self.options.stop.load(Ordering::Relaxed) {
            let (number, cut) = {
                let mut feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(cut) = feed.1.fill(&mut block) else { return };
                feed.0 += 1;
                (feed.0 - 1, cut)
            };
            let done = matched(&block, &cut, self.name, self.current, self.options);
            let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
            while number >= order.next + AHEAD as u64 {
                order = self.moved.wait(order).unwrap_or_else(PoisonError::into_inner);
            }
            order.waiting.insert(number, done);
            order.give();
            self.moved.notify_all();
        }
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

/// Asks for every line, whatever the watchlist needs.
struct EveryLine;

impl Looks for EveryLine {
    fn bits(&self) -> &[u64] {
        &[0]
    }
    fn knows_token(&self, _: &[u8]) -> bool {
        false
    }
    fn knows_colon_run(&self, _: &[u8]) -> bool {
        false
    }
    fn also(&self) -> Also {
        Also {
            every_line: true,
            ..Also::default()
        }
    }
}

/// Asks for nothing: the lines are only counted.
struct Nothing;

impl Looks for Nothing {
    fn bits(&self) -> &[u64] {
        &[0]
    }
    fn knows_token(&self, _: &[u8]) -> bool {
        false
    }
    fn knows_colon_run(&self, _: &[u8]) -> bool {
        false
    }
    fn also(&self) -> Also {
        Also::default()
    }
}

fn matched(block: &Block, cut: &Cut, name: &str, current: &Current, options: &Options) -> Done {
    let armed = current.get();
    let (outcome, lines) = lines_of(block, cut, name, &armed, options);
    Done {
        outcome,
        armed,
        lines,
        passed: cut.passed,
        goes_on: cut.goes_on,
    }
}

/// Matches the lines of a block; gives also how many there are.
pub(super) fn lines_of(
    block: &Block,
    cut: &Cut,
    name: &str,
    armed: &std::sync::Arc<super::Armed>,
    options: &Options,
) -> (Outcome, u64) {
    let mut evaluator = Evaluator::new(std::sync::Arc::clone(armed), (options.now)());
    let looks: &dyn Looks = match &armed.watchlist {
        _ if evaluator.needs_every_event() => &EveryLine,
        Some(watchlist) => watchlist,
        None => &Nothing,
    };
    let shape = if cut.goes_on || cut.is_cut {
        events::lines::Shape::Any
    } else {
        cut.layout.shape()
    };
    let scanned = scan::scan(block, shape, looks);
    let mut outcome = Outcome::default();
    let rules = std::sync::Arc::clone(armed);
    let mut sigma = rules.sigma.as_ref().filter(|rules| !rules.is_empty()).map(sigma::Rules::matcher);
    let text = block.text();
    for flagged in &scanned.flagged {
        let at = At {
            source: name,
            reader: cut.layout.name(),
            number: flagged.line as u64 + 1,
        };
        let line = &text[flagged.range.clone()];
        evaluator.line(&cut.layout, line, at, &mut sigma, &mut outcome);
    }
    if cut.is_cut && !cut.goes_on {
        let message = format!("the line has more than {} bytes and is matched in pieces", options.line_bytes);
        outcome.tally.malformed(1, &message, text);
    }
    outcome.tally.bytes = text.len() as u64;
    outcome.tally.events = (scanned.lines - scanned.empty) as u64 - u64::from(cut.goes_on && scanned.lines > 0);
    (outcome, scanned.lines as u64)
}
