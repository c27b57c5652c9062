-- Questions that pass bridges. `beyond`: whether partner hubs are asked too. `outward`: asked here. `kind`: `request`, or
-- `sighting`: then the question is the commitment of the member that stands for the hub where it was asked. `answers`: up to
-- which answer of ours the other hub was told.
alter table request add column beyond bigint not null default 0;

create table bridge_question (
    bridge bigint not null references bridge (id),
    question text not null,
    outward bigint not null,
    kind text not null,
    state text not null,
    answers bigint not null,
    at bigint not null,
    primary key (bridge, question)
);
create index bridge_question_open on bridge_question (bridge, outward, kind) where state = 'open';

-- The commitments of members here by which a question about a sighting that came is answered.
create table bridge_asked (
    bridge bigint not null references bridge (id),
    question text not null,
    commitment text not null,
    primary key (bridge, question, commitment)
);

-- The secret before the present one, encrypted, and until when messages are signed with it too.
alter table webhook add column sealed_before bytea;
alter table webhook add column before_until bigint;

-- Until when it is believed that a change with a key of its own is being done; who does it says so again and again.
alter table kept_answer add column running_until bigint;
