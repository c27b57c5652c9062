-- Where notices reach a person, and how: 'at-once', 'daily' or 'none'.
alter table person add column email text;
alter table person add column notices text not null default 'at-once';

-- Who owes what to whom. `subject`: a STIX identifier, or the UUID of something else. `title`: only of what is no
-- object; the title of an object is read with the eyes of who asks. `due`: the greatest number while nobody knows.
-- `follows`: the commitment whose keeping starts this one. `remind`: when somebody is to be told of it next.
create table commitment (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    kind text not null,
    subject text not null,
    title text,
    owed_by bigint not null references member (id),
    person bigint references person (id),
    owed_to bigint not null references member (id),
    community bigint references community (id),
    because text not null,
    clock text not null,
    follows text,
    starts bigint,
    due bigint not null,
    state text not null,
    escalation text not null,
    remind bigint,
    settled bigint,
    settled_by bigint,
    evidence text,
    reason text,
    made bigint not null,
    made_by bigint
);
create index commitment_owes on commitment (owed_by, due, uuid) where settled is null;
create index commitment_owed_by on commitment (owed_by, due, uuid);
create index commitment_awaits on commitment (owed_to, due, uuid) where settled is null;
create index commitment_owed_to on commitment (owed_to, due, uuid);
create index commitment_subject on commitment (subject);
create index commitment_follows on commitment (follows) where state = 'waiting';
create index commitment_remind on commitment (remind) where remind is not null;

-- What became of it: every change, by whom, in whose words.
create table commitment_step (
    id bigint generated always as identity primary key,
    commitment bigint not null references commitment (id),
    at bigint not null,
    what text not null,
    member bigint,
    person bigint,
    words text
);
create index commitment_step_commitment on commitment_step (commitment, id);

-- What people are to be told. `occasion` says what it is about, so that it is written once. `next_try`: none once it was
-- sent or given up.
create table notice (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    occasion text not null unique,
    commitment bigint references commitment (id),
    person bigint not null references person (id),
    channel text not null,
    subject text not null,
    body text not null,
    made bigint not null,
    next_try bigint,
    attempts bigint not null,
    sent bigint,
    last_error text
);
create index notice_next_try on notice (next_try) where next_try is not null;
create index notice_commitment on notice (commitment) where commitment is not null;
create index notice_made on notice (made);
