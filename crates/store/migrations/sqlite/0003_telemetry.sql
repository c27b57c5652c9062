-- Messages of reports that were counted, so that one that comes again is not counted twice.
create table counted_message (
    member integer not null references member (id),
    message text not null,
    at integer not null,
    primary key (member, message)
) without rowid, strict;
create index counted_message_at on counted_message (at);
