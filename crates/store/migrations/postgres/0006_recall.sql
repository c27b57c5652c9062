-- Where a member stood when something was handed to it: communities, providers, and the community it asked within.
create table standing (id bigint generated always as identity primary key, terms text not null unique);

-- What was handed to a member: stretches of the order of everything stored, after `from_added` up to `to_added`, of which
-- the member got what its standing opened and the filter let through. Pages that follow each other are one stretch.
create table delivered (
    id bigint generated always as identity primary key,
    member bigint not null references member (id),
    channel text not null,
    standing bigint not null references standing (id),
    filter text not null,
    from_added bigint not null,
    to_added bigint not null,
    at bigint not null,
    last_at bigint not null,
    position bigint not null,
    last_position bigint not null,
    pages bigint not null,
    objects bigint not null
);
create index delivered_member on delivered (member, channel, standing);
create index delivered_to on delivered (to_added);

-- What a member did about an object, the first time: opened, acknowledged, acted.
create table item_mark (
    member bigint not null references member (id),
    object text not null,
    what text not null,
    at bigint not null,
    person bigint,
    note text,
    primary key (object, what, member)
);
create index item_mark_member on item_mark (member, what);

-- How much of what a member did others may read. `community` 0: where nothing of its own is said.
create table disclosure (
    member bigint not null references member (id),
    community bigint not null,
    received text not null,
    opened text not null,
    acknowledged text not null,
    acted text not null,
    saw text not null,
    primary key (member, community)
);

-- Calls to take an item back, correct it, or keep it among fewer. `community` 0: wherever it was shared; `communities`:
-- those to which it was addressed.
create table recall (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    kind text not null,
    object text not null,
    object_type text not null,
    owner bigint not null references member (id),
    by_member bigint not null references member (id),
    by_person bigint,
    community bigint not null,
    reason text not null,
    replaced_by text,
    communities text not null,
    versions bigint not null,
    at bigint not null
);
create index recall_owner on recall (owner, id);
create index recall_by on recall (by_member, id);
create index recall_object on recall (object);

-- Whom a recall concerns: members that were given the item, since when, told when, and what each says it did.
create table recall_owed (
    recall bigint not null references recall (id),
    member bigint not null references member (id),
    given bigint not null,
    channel text not null,
    told bigint,
    told_by text,
    acknowledged bigint,
    acknowledged_by text,
    person bigint,
    done text,
    swapped bigint,
    note text,
    primary key (member, recall)
);
create index recall_owed_recall on recall_owed (recall, member);
create index recall_owed_open on recall_owed (member, recall) where acknowledged is null;

-- Questions to a community, and what was answered.
create table request (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    community bigint not null references community (id),
    member bigint not null references member (id),
    person bigint,
    question text not null,
    until bigint,
    anonymous bigint not null,
    to_all bigint not null,
    asked bigint not null,
    closed bigint,
    summary text
);
create index request_community on request (community, id);

create table answer (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    request bigint not null references request (id),
    member bigint not null references member (id),
    person bigint,
    text text not null,
    to_all bigint not null,
    at bigint not null
);
create index answer_request on answer (request, id);
