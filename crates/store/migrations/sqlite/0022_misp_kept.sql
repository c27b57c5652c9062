-- What MISP's interface keeps that no object says.

-- Events that are offered to another member, to be published under its name: `level` and `community` are the distribution
-- that was asked for, none where the other decides.
create table misp_delegation (
    id integer primary key,
    event integer not null unique,
    requester integer not null,
    target integer not null,
    level integer,
    community integer,
    message text not null,
    at integer not null
) strict;
create index misp_delegation_target on misp_delegation (target, id);
create index misp_delegation_requester on misp_delegation (requester, id);

-- Events that are not taken in.
create table misp_blocked (
    id integer primary key,
    event blob not null unique,
    info text not null,
    creator text not null,
    comment text not null,
    at integer not null
) strict;

-- What people's clients keep for them.
create table misp_setting (
    id integer primary key,
    person integer not null,
    name text not null,
    value text not null,
    at integer not null,
    unique (person, name)
) strict;
