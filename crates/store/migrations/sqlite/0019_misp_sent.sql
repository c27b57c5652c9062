-- What a peer that is a MISP server has of the events here: which state of each (`changed`, in seconds), how that stands
-- (0 about to be sent, 1 sent, 2 known there, 3 refused, 4 left there), and what the peer said where it refused.
create table misp_sent (
    peer integer not null,
    event integer not null,
    uuid blob not null,
    changed integer not null,
    state integer not null,
    said text not null,
    at integer not null,
    primary key (peer, event)
) without rowid, strict;
