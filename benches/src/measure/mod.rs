//! What is measured, one file a question.

pub mod conversion;
pub mod exchange;
pub mod million;
pub mod patterns;
