//! What must hold of the workspace as a whole and of the binary as a user meets it.

mod help;
mod kit;
mod offline;
mod rooms;
mod work;
