-- When the person of a session last showed that it is them: with password, code or passkey.
alter table credential add column proven bigint;

-- What one person proposed that takes a second one. `act`: what would be done, as JSON.
create table proposal (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    act text not null,
    reason text not null,
    by_person bigint not null references person (id),
    member bigint not null references member (id),
    made bigint not null,
    expires bigint not null,
    state text not null,
    decided bigint,
    decider bigint references person (id),
    note text
);
create unique index proposal_open on proposal (act) where state = 'open';
