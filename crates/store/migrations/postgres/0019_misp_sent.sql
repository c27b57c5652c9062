-- What a peer that is a MISP server has of the events here: which state of each (`changed`, in seconds), how that stands
-- (0 about to be sent, 1 sent, 2 known there, 3 refused, 4 left there), and what the peer said where it refused.
create table misp_sent (
    peer bigint not null,
    event bigint not null,
    uuid bytea not null,
    changed bigint not null,
    state bigint not null,
    said text not null,
    at bigint not null,
    primary key (peer, event)
);
