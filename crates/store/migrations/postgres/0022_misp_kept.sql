-- What MISP's interface keeps that no object says.

-- Events that are offered to another member, to be published under its name: `level` and `community` are the distribution
-- that was asked for, none where the other decides.
create table misp_delegation (
    id bigint generated always as identity primary key,
    event bigint not null unique,
    requester bigint not null,
    target bigint not null,
    level bigint,
    community bigint,
    message text not null,
    at bigint not null
);
create index misp_delegation_target on misp_delegation (target, id);
create index misp_delegation_requester on misp_delegation (requester, id);

-- Events that are not taken in.
create table misp_blocked (
    id bigint generated always as identity primary key,
    event bytea not null unique,
    info text not null,
    creator text not null,
    comment text not null,
    at bigint not null
);

-- What people's clients keep for them.
create table misp_setting (
    id bigint generated always as identity primary key,
    person bigint not null,
    name text not null,
    value text not null,
    at bigint not null,
    unique (person, name)
);
