-- Organisations of which no event is taken in, beside events: `kind` is 'event' or 'organisation'. Of an organisation `creator`
-- is its name.
create table misp_blocked_next (
    id integer primary key,
    kind text not null,
    uuid blob not null,
    info text not null,
    creator text not null,
    comment text not null,
    at integer not null,
    unique (kind, uuid)
) strict;
insert into misp_blocked_next (id, kind, uuid, info, creator, comment, at)
    select id, 'event', event, info, creator, comment, at from misp_blocked;
drop table misp_blocked;
alter table misp_blocked_next rename to misp_blocked;

-- Values that connect nothing: as they were given, and as they are compared.
create table misp_exclusion (
    id integer primary key,
    value text not null unique,
    pattern text not null,
    comment text not null,
    at integer not null
) strict;

-- Who asked for an account, until an operator decides: `wish` is what they sent, JSON.
create table misp_registration (
    id integer primary key,
    uuid blob not null unique,
    wish text not null,
    at integer not null
) strict;
