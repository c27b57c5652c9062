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

-- Accounts at identity providers that are tied to people: by issuer and subject, and by nothing else.
create table account_link (
    id integer primary key,
    provider text not null,
    issuer text not null,
    subject text not null,
    person integer not null references person (id),
    created integer not null,
    last_used integer,
    unique (issuer, subject)
) strict;
create index account_link_person on account_link (person);

-- Offers to tie one; the token is known by its SHA-256 only.
create table link_offer (
    digest blob primary key,
    provider text not null,
    person integer not null references person (id),
    by_person integer,
    created integer not null,
    expires integer not null,
    used integer
) strict;
