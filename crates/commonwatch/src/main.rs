//! commonwatch
fn main() {}
