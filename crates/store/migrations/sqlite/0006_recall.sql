-- Where a member stood when something was handed to it: communities, providers, and the community it asked within.
create table standing (id integer primary key, terms text not null unique) strict;

-- What was handed to a member: stretches of the order of everything stored, after `from_added` up to `to_added`, of which
-- the member got what its standing opened and the filter let through. Pages that follow each other are one stretch.
create table delivered (
    id integer primary key,
    member integer not null references member (id),
    channel text not null,
    standing integer not null references standing (id),
    filter text not null,
    from_added integer not null,
    to_added integer not null,
    at integer not null,
    last_at integer not null,
    position integer not null,
    last_position integer not null,
    pages integer not null,
    objects integer not null
) strict;
create index delivered_member on delivered (member, channel, standing);
create index delivered_to on delivered (to_added);

-- What a member did about an object, the first time: opened, acknowledged, acted.
create table item_mark (
    member integer not null references member (id),
    object text not null,
    what text not null,
    at integer not null,
    person integer,
    note text,
    primary key (object, what, member)
) without rowid, strict;
create index item_mark_member on item_mark (member, what);

-- How much of what a member did others may read. `community` 0: where nothing of its own is said.
create table disclosure (
    member integer not null references member (id),
    community integer not null,
    received text not null,
    opened text not null,
    acknowledged text not null,
    acted text not null,
    saw text not null,
    primary key (member, community)
) without rowid, strict;

-- Calls to take an item back, correct it, or keep it among fewer. `community` 0: wherever it was shared; `communities`:
-- those to which it was addressed.
create table recall (
    id integer primary key,
    uuid text not null unique,
    kind text not null,
    object text not null,
    object_type text not null,
    owner integer not null references member (id),
    by_member integer not null references member (id),
    by_person integer,
    community integer not null,
    reason text not null,
    replaced_by text,
    communities text not null,
    versions integer not null,
    at integer not null
) strict;
create index recall_owner on recall (owner, id);
create index recall_by on recall (by_member, id);
create index recall_object on recall (object);

-- Whom a recall concerns: members that were given the item, since when, told when, and what each says it did.
create table recall_owed (
    recall integer not null references recall (id),
    member integer not null references member (id),
    given integer not null,
    channel text not null,
    told integer,
    told_by text,
    acknowledged integer,
    acknowledged_by text,
    person integer,
    done text,
    swapped integer,
    note text,
    primary key (member, recall)
) without rowid, strict;
create index recall_owed_recall on recall_owed (recall, member);
create index recall_owed_open on recall_owed (member, recall) where acknowledged is null;

-- Questions to a community, and what was answered.
create table request (
    id integer primary key,
    uuid text not null unique,
    community integer not null references community (id),
    member integer not null references member (id),
    person integer,
    question text not null,
    until integer,
    anonymous integer not null,
    to_all integer not null,
    asked integer not null,
    closed integer,
    summary text
) strict;
create index request_community on request (community, id);

create table answer (
    id integer primary key,
    uuid text not null unique,
    request integer not null references request (id),
    member integer not null references member (id),
    person integer,
    text text not null,
    to_all integer not null,
    at integer not null
) strict;
create index answer_request on answer (request, id);
