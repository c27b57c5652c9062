//! Warninglists as MISP publishes them, from the folder that COMMONWATCH_DATA names.

mod published_warninglists;
