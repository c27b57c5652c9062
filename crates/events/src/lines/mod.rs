//! Logs of one event a line.
