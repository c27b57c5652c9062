# Sentences of crates/server/src/console/feed
