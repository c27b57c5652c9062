//! Suricata: rules with their own numbers, or datasets and hash lists for many values.

mod content;
mod datasets;
mod rules;
mod sid;

pub(super) use datasets::Datasets;
pub(super) use rules::Rules;
