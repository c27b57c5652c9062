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
