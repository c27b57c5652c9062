//! Short chains of list numbers, many of them in one vector.

#[derive(Debug, Default)]
pub(super) struct Postings {
    all: Vec<Posting>,
}

#[derive(Debug)]
struct Posting {
    list: u16,
    next: Chain,
}

/// The start of a chain: a position plus one, zero for the empty chain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Chain(u32);

impl Postings {
    /// Puts a list in front of a chain, unless it stands there already; the chain stays as it is when all is full.
    pub(super) fn push(&mut self, chain: Chain, list: u16) -> Chain {
        if self.first(chain).is_some_and(|posting| posting.list == list) {
            return chain;
        }
        let Ok(at) = u32::try_from(self.all.len() + 1) else {
            return chain;
        };
        self.all.push(Posting { list, next: chain });
        Chain(at)
    }

    /// The lists of a chain.
    pub(super) fn lists(&self, chain: Chain) -> impl Iterator<Item = u16> {
        std::iter::successors(self.first(chain), |posting| self.first(posting.next)).map(|posting| posting.list)
    }

    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
    }

    fn first(&self, chain: Chain) -> Option<&Posting> {
        self.all.get((chain.0 as usize).checked_sub(1)?)
    }
}
