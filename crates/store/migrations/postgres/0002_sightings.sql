-- What a member tells of what it saw at home. `community` 0: where no rule of its own is.
create table sighting_rule (
    member bigint not null references member (id),
    community bigint not null,
    form text not null,
    asks bigint not null,
    span bigint not null,
    log_line bigint not null,
    primary key (member, community)
);

-- Hits of one member on one indicator over a stretch of time, and what became of telling one community of them.
-- `community` 0: the members named by the indicator's audience, in no community.
create table seen (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    member bigint not null references member (id),
    indicator text not null,
    community bigint not null,
    starts bigint not null,
    ends bigint not null,
    first_seen bigint not null,
    last_seen bigint not null,
    count bigint not null,
    event text,
    state text not null,
    form text,
    reason text,
    settled bigint,
    person bigint
);
-- One stretch at a time is counted into.
create unique index seen_open on seen (member, indicator, community) where state = 'open';
create index seen_state on seen (state, ends);
create index seen_member on seen (member, id);

-- The values that were hit; those beyond the most that are kept are counted under the empty value.
create table seen_value (
    seen bigint not null references seen (id),
    value text not null,
    kind text not null,
    source text not null,
    first_seen bigint not null,
    last_seen bigint not null,
    count bigint not null,
    primary key (seen, value)
);
