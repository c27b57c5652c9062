//! What is measured, one file a question.

pub mod conversion;
pub mod exchange;
pub mod hunt;
pub mod matching;
pub mod million;
pub mod misp;
pub mod patterns;
pub mod telemetry;
