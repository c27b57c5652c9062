-- What was answered to a change that came with a key of its own (Idempotency-Key), so that a repeat is answered and not
-- done again. `name`: keyed digest of who and the key; `request`: keyed digest of what was asked; `status`: none while it
-- runs; `sealed`: headers and body, encrypted with a key that is not in this store; none where they are not kept.
create table kept_answer (
    name blob primary key,
    person integer not null references person (id),
    request blob not null,
    made integer not null,
    status integer,
    sealed blob
) without rowid, strict;
create index kept_answer_person on kept_answer (person);
create index kept_answer_made on kept_answer (made);

-- Addresses of members to which messages are posted, signed. `sealed`: the secret of the signatures, encrypted with a key
-- that is not in this store. `at_…`: where the events that were written into its outbox end.
create table webhook (
    id integer primary key,
    uuid text not null unique,
    member integer not null references member (id),
    url text not null,
    kinds text not null,
    sealed blob not null,
    at_object integer not null,
    at_step integer not null,
    at_request integer not null,
    at_answer integer not null,
    enabled integer not null,
    created integer not null,
    by_person integer,
    failing_since integer,
    last_error text,
    last_sent integer,
    digested integer
) strict;
create index webhook_member on webhook (member, id);

-- What is to be posted. `occasion` says what it is about, so that it is written once. `next_try`: none once it arrived or was
-- given up.
create table webhook_message (
    id integer primary key,
    uuid text not null unique,
    webhook integer not null references webhook (id),
    occasion text not null,
    kind text not null,
    body text not null,
    made integer not null,
    next_try integer,
    attempts integer not null,
    sent integer,
    last_error text,
    unique (webhook, occasion)
) strict;
create index webhook_message_next_try on webhook_message (webhook, next_try) where next_try is not null;
create index webhook_message_webhook on webhook_message (webhook, id);
create index webhook_message_made on webhook_message (made);
