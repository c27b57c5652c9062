-- What a message says, until it is added to what was seen (store::sighting::journal); none afterwards.
alter table counted_message add column hits bytea;
create index counted_message_pending on counted_message (at) where hits is not null;
