-- Sessions are credentials of kind session: `expires` moves on with use, `ends` does not; `network` is where they began.
-- `scopes`: what a key is for; none: everything its person may.
alter table credential add column scopes text;
alter table credential add column ends integer;
alter table credential add column network text;

-- The second factor of a person. `sealed`: its secret, encrypted with a key that is not in this store. It counts once it
-- is confirmed. `last_step`: the step of the last code that was taken, so that each is taken once.
create table factor (
    person integer primary key references person (id),
    sealed blob not null,
    created integer not null,
    confirmed integer,
    last_step integer not null
) strict;

create table recovery_code (
    person integer not null references person (id),
    digest blob not null,
    used integer,
    primary key (person, digest)
) without rowid, strict;
