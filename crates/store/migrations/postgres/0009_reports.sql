-- What messages say, until it is added to what was seen (store::sighting::journal).
create table pending_message (
    id bigint generated always as identity primary key,
    member bigint not null references member (id),
    message text not null,
    at bigint not null,
    hits bytea not null
);
create index pending_message_member on pending_message (member, id);
