-- When the person of a session last showed that it is them: with password, code or passkey.
alter table credential add column proven integer;

-- What one person proposed that takes a second one. `act`: what would be done, as JSON.
create table proposal (
    id integer primary key,
    uuid text not null unique,
    act text not null,
    reason text not null,
    by_person integer not null references person (id),
    member integer not null references member (id),
    made integer not null,
    expires integer not null,
    state text not null,
    decided integer,
    decider integer references person (id),
    note text
) strict;
create unique index proposal_open on proposal (act) where state = 'open';
