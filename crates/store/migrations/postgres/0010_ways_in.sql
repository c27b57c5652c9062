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

-- Accounts at identity providers that are tied to people: by issuer and subject, and by nothing else.
create table account_link (
    id bigint generated always as identity primary key,
    provider text not null,
    issuer text not null,
    subject text not null,
    person bigint not null references person (id),
    created bigint not null,
    last_used bigint,
    unique (issuer, subject)
);
create index account_link_person on account_link (person);

-- Offers to tie one; the token is known by its SHA-256 only.
create table link_offer (
    digest bytea primary key,
    provider text not null,
    person bigint not null references person (id),
    by_person bigint,
    created bigint not null,
    expires bigint not null,
    used bigint
);

-- Passkeys of people: the public half, and how often it has answered where it counts.
create table passkey (
    id bigint generated always as identity primary key,
    person bigint not null references person (id),
    credential bytea not null unique,
    public_key text not null,
    name text not null,
    rp_id text not null,
    counted bigint not null,
    backed_up bigint not null,
    created bigint not null,
    last_used bigint
);
create index passkey_person on passkey (person);

-- Questions to passkeys that were answered, by SHA-256, until they are too old to be answered again.
create table question (
    digest bytea primary key,
    until bigint not null
);
