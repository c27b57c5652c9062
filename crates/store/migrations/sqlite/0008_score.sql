-- Numbers of the scorecard, folded from entries of the ledger. `community` 0: the whole partnership. `month` as 2026-11.
create table score_own (
    member integer not null,
    community integer not null,
    month text not null,
    measure text not null,
    bucket integer not null,
    count integer not null,
    primary key (member, community, month, measure, bucket)
) without rowid, strict;

create table score_total (
    community integer not null,
    month text not null,
    measure text not null,
    bucket integer not null,
    count integer not null,
    primary key (community, month, measure, bucket)
) without rowid, strict;

-- How much of a total is whose: for the rule that nothing is told about few.
create table score_share (
    community integer not null,
    month text not null,
    measure text not null,
    member integer not null,
    count integer not null,
    primary key (community, month, measure, member)
) without rowid, strict;

-- One row. `folded`: entries of the ledger before this place are in the numbers. `assessed`: contributions up to here are
-- judged (first, corroborated, useful).
create table score_head (
    id integer primary key check (id = 1),
    folded integer not null,
    assessed integer not null
) strict;
insert into score_head (id, folded, assessed) values (1, 0, 0);

-- Up to where a member was handed everything of a community, by what it filtered.
create table delivery_mark (
    member integer not null,
    community integer not null,
    filter text not null,
    upto integer not null,
    primary key (member, community, filter)
) without rowid, strict;

-- Up to which place the watchlist of a member's live watch has everything.
create table watching (member integer primary key, upto integer not null) strict;
