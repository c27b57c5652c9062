# Sentences of crates/server/src/console/home
