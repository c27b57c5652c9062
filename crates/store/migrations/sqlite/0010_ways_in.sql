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

-- Passkeys of people: the public half, and how often it has answered where it counts.
create table passkey (
    id integer primary key,
    person integer not null references person (id),
    credential blob not null unique,
    public_key text not null,
    name text not null,
    rp_id text not null,
    counted integer not null,
    backed_up integer not null,
    created integer not null,
    last_used integer
) strict;
create index passkey_person on passkey (person);

-- Questions to passkeys that were answered, by SHA-256, until they are too old to be answered again.
create table question (
    digest blob primary key,
    until integer not null
) strict;
