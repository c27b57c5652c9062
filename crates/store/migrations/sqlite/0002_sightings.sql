-- What a member tells of what it saw at home. `community` 0: where no rule of its own is.
create table sighting_rule (
    member integer not null references member (id),
    community integer not null,
    form text not null,
    asks integer not null,
    span integer not null,
    log_line integer not null,
    primary key (member, community)
) without rowid, strict;

-- Hits of one member on one indicator over a stretch of time, and what became of telling one community of them.
-- `community` 0: the members named by the indicator's audience, in no community.
create table seen (
    id integer primary key,
    uuid text not null unique,
    member integer not null references member (id),
    indicator text not null,
    community integer not null,
    starts integer not null,
    ends integer not null,
    first_seen integer not null,
    last_seen integer not null,
    count integer not null,
    event text,
    state text not null,
    form text,
    reason text,
    settled integer,
    person integer
) strict;
-- One stretch at a time is counted into.
create unique index seen_open on seen (member, indicator, community) where state = 'open';
create index seen_state on seen (state, ends);
create index seen_member on seen (member, id);

-- The values that were hit; those beyond the most that are kept are counted under the empty value.
create table seen_value (
    seen integer not null references seen (id),
    value text not null,
    kind text not null,
    source text not null,
    first_seen integer not null,
    last_seen integer not null,
    count integer not null,
    primary key (seen, value)
) without rowid, strict;
