-- Numbers of rows and elements are given out by whoever holds the head; SQLite needs to be told nothing.

-- Whether a transfer has ended since something was looked for is one look.
create index transfer_ended on transfer (ended);
