-- Numbers of the scorecard, folded from entries of the ledger. `community` 0: the whole partnership. `month` as 2026-11.
create table score_own (
    member bigint not null,
    community bigint not null,
    month text not null,
    measure text not null,
    bucket bigint not null,
    count bigint not null,
    primary key (member, community, month, measure, bucket)
);

create table score_total (
    community bigint not null,
    month text not null,
    measure text not null,
    bucket bigint not null,
    count bigint not null,
    primary key (community, month, measure, bucket)
);

-- How much of a total is whose: for the rule that nothing is told about few.
create table score_share (
    community bigint not null,
    month text not null,
    measure text not null,
    member bigint not null,
    count bigint not null,
    primary key (community, month, measure, member)
);

-- One row. `folded`: entries of the ledger before this place are in the numbers. `assessed`: contributions up to here are
-- judged (first, corroborated, useful).
create table score_head (
    id bigint primary key check (id = 1),
    folded bigint not null,
    assessed bigint not null
);
insert into score_head (id, folded, assessed) values (1, 0, 0);

-- Up to where a member was handed everything of a community, by what it filtered.
create table delivery_mark (
    member bigint not null,
    community bigint not null,
    filter text not null,
    upto bigint not null,
    primary key (member, community, filter)
);

-- Up to which place the watchlist of a member's live watch has everything.
create table watching (member bigint primary key, upto bigint not null);
