//! The templates that exporters have sent, so many and no more.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

/// Templates kept at most, whatever the limit on streams.
const MOST: usize = 16_384;

/// Which template it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Which {
    pub exporter: IpAddr,
    pub domain: u32,
    pub template: u16,
}

/// One value of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Its number at IANA; none where it is a vendor's own.
    pub element: Option<u16>,
    /// Its bytes; all ones where each record says it.
    pub length: u16,
}

/// How records are laid out.
#[derive(Debug)]
pub(super) struct Template {
    pub fields: Vec<Field>,
    /// Its records are about the exporter itself.
    pub options: bool,
}

impl Template {
    /// Bytes of the shortest record.
    pub fn shortest(&self) -> usize {
        self.fields
            .iter()
            .map(|field| match field.length {
                u16::MAX => 1,
                length => usize::from(length),
            })
            .sum()
    }
}

/// All that are kept; the oldest gives way.
#[derive(Debug)]
pub(super) struct Templates {
    all: HashMap<Which, Template>,
    order: VecDeque<Which>,
    most: usize,
}

impl Templates {
    pub fn new(most: usize) -> Self {
        Self {
            all: HashMap::new(),
            order: VecDeque::new(),
            most: most.clamp(1, MOST),
        }
    }

    pub fn get(&self, which: &Which) -> Option<&Template> {
        self.all.get(which)
    }

    pub fn put(&mut self, which: Which, template: Template) {
        if self.all.insert(which, template).is_some() {
            return;
        }
        self.order.push_back(which);
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.all.remove(&oldest);
            }
        }
    }
}
