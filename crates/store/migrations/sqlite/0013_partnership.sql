-- Questions that pass bridges. `beyond`: whether partner hubs are asked too. `outward`: asked here. `kind`: `request`, or
-- `sighting`: then the question is the commitment of the member that stands for the hub where it was asked. `answers`: up to
-- which answer of ours the other hub was told.
alter table request add column beyond integer not null default 0;

create table bridge_question (
    bridge integer not null references bridge (id),
    question text not null,
    outward integer not null,
    kind text not null,
    state text not null,
    answers integer not null,
    at integer not null,
    primary key (bridge, question)
) without rowid, strict;
create index bridge_question_open on bridge_question (bridge, outward, kind) where state = 'open';

-- The commitments of members here by which a question about a sighting that came is answered.
create table bridge_asked (
    bridge integer not null references bridge (id),
    question text not null,
    commitment text not null,
    primary key (bridge, question, commitment)
) without rowid, strict;

-- The secret before the present one, encrypted, and until when messages are signed with it too.
alter table webhook add column sealed_before blob;
alter table webhook add column before_until integer;

-- Until when it is believed that a change with a key of its own is being done; who does it says so again and again.
alter table kept_answer add column running_until integer;
