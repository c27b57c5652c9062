# Sentences of crates/server/src/console/people
