//! A member's own numbers, counted again from its receipts: pure, offline, without any node.
//!
//! | number | entries of kind |
//! |---|---|
//! | pages, objects | `delivered` (those that say from where on, as all do since recalls came) |
//! | opened, acknowledged, acted | `item-opened`, `item-acknowledged`, `item-acted` |
//! | recalls made, owed, acknowledged | `recalled`, `recall`, `acknowledged` (each recall once) |
//! | questions, answers | `asked`, `answered` |

use std::collections::BTreeSet;

use serde_json::Value;

use crate::item::Numbers;

/// Counts entries, in any order, each once.
#[derive(Debug, Default)]
pub struct Recount {
    numbers: Numbers,
    acknowledged: BTreeSet<String>,
    /// Entries that were looked at.
    pub entries: u64,
}

impl Recount {
    /// Takes an entry into account. One whose body is no JSON counts for nothing.
    pub fn add(&mut self, kind: &str, body: &str) {
        self.entries += 1;
        let Ok(body) = serde_json::from_str::<Value>(body) else {
            return;
        };
        let numbers = &mut self.numbers;
        match kind {
            "delivered" if body.get("after").is_some() => {
                numbers.items.pages += 1;
                numbers.items.objects += body.get("count").and_then(Value::as_i64).unwrap_or_default();
            }
            "item-opened" => numbers.items.opened += 1,
            "item-acknowledged" => numbers.items.acknowledged += 1,
            "item-acted" => numbers.items.acted += 1,
            "recalled" => numbers.recalls.made += 1,
            "recall" => numbers.recalls.owed += 1,
            "acknowledged" => {
                if let Some(recall) = body.get("recall").and_then(Value::as_str) {
                    self.acknowledged.insert(recall.to_owned());
                }
            }
            "asked" => numbers.requests.asked += 1,
            "answered" => numbers.requests.answered += 1,
            _ => {}
        }
    }

    /// What came out.
    pub fn numbers(&self) -> Numbers {
        let mut numbers = self.numbers;
        numbers.recalls.acknowledged = i64::try_from(self.acknowledged.len()).unwrap_or(i64::MAX);
        numbers
    }
}
