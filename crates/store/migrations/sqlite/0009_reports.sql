-- What messages say, until it is added to what was seen (store::sighting::journal).
create table pending_message (
    id integer primary key,
    member integer not null references member (id),
    message text not null,
    at integer not null,
    hits blob not null
) strict;
create index pending_message_member on pending_message (member, id);
