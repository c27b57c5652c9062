-- Messages of reports that were counted, so that one that comes again is not counted twice.
create table counted_message (
    member bigint not null references member (id),
    message text not null,
    at bigint not null,
    primary key (member, message)
);
create index counted_message_at on counted_message (at);
