//! What a node fetches, from every kind of source, in fair weather and foul.

mod taxii21;
