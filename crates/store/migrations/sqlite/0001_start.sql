-- Instants are microseconds since 1970, truth values 0 and 1, UUIDs and JSON text.

-- What the next write continues from; one row.
create table head (
    id integer primary key check (id = 1),
    added integer not null,
    frontier blob not null,
    generation integer not null,
    indexed integer not null
) strict;

create table setting (key text primary key, value text not null) without rowid, strict;
create table warninglist (name text primary key, body text not null) without rowid, strict;

-- Accounts.
create table member (
    id integer primary key,
    uuid text not null unique,
    identity text not null unique,
    name text not null unique,
    kind text not null,
    sectors text not null,
    countries text not null,
    provider integer references member (id),
    active integer not null,
    created integer not null
) strict;

create table person (
    id integer primary key,
    uuid text not null unique,
    member integer not null references member (id),
    login text not null unique,
    name text not null,
    role text not null,
    password_hash text,
    active integer not null,
    created integer not null
) strict;
create index person_member on person (member);

create table community (
    id integer primary key,
    uuid text not null unique,
    alias text not null unique,
    title text not null,
    purpose text not null,
    owner integer not null references member (id),
    public integer not null,
    hides_members integer not null,
    default_tlp text not null,
    strictest_tlp text not null,
    created integer not null
) strict;

create table membership (
    community integer not null references community (id),
    member integer not null references member (id),
    contributes integer not null,
    coordinates integer not null,
    since integer not null,
    primary key (community, member)
) without rowid, strict;
create index membership_member on membership (member);

create table credential (
    id integer primary key,
    person integer not null references person (id),
    kind text not null,
    digest blob not null unique,
    label text not null,
    prefix text not null,
    read_only integer not null,
    expires integer,
    addresses text not null,
    created integer not null,
    revoked integer,
    last_used integer
) strict;
create index credential_person on credential (person);

create table audience (
    id integer primary key,
    key text not null unique,
    terms text not null
) strict;

-- Objects. `term` interns object types and property names, `object` interns identifiers, also those only referred to.
create table term (number integer primary key, text text not null unique) strict;

-- Identifiers and values are found by 64 bits of their SHA-256: an index on them is a third as large, and inserting at random
-- into an index costs what its size is. Whoever writes holds the write lock, so an identifier is there once.
-- `latest`: the version key stored last that nothing supersedes; none while the object is only referred to.
create table object (number integer primary key, hash integer not null, id text not null, latest integer) strict;
create index object_hash on object (hash);

-- One call of contribute.
create table batch (
    number integer primary key,
    member integer not null,
    person integer,
    channel text not null,
    transfer text not null,
    at integer not null
) strict;

-- `version` is the instant of the version, or a key made from the content where the object has no versions.
-- `repeat`: an earlier row has the same object and version. `follows`: an earlier row has the same object.
-- `superseded`: another row has a later version. All three over everything stored, so a reader who sees less checks.
create table contribution (
    added integer primary key,
    object integer not null,
    version integer not null,
    audience integer not null,
    member integer not null,
    type integer not null,
    repeat integer not null,
    follows integer not null,
    superseded integer not null,
    withheld integer not null,
    revoked integer not null,
    spec_version text not null,
    version_text text not null,
    created integer,
    created_by integer,
    batch integer not null,
    digest blob not null,
    title text,
    warnings text,
    words text,
    body text not null
) strict;
-- The row number `added` is the last part of every index.
create index contribution_object on contribution (object, version, audience);
create index contribution_audience on contribution (audience);
create index contribution_type on contribution (audience, type);

create table observable (
    added integer not null,
    ordinal integer not null,
    kind integer not null,
    value text not null,
    hash integer not null,
    audience integer not null,
    primary key (added, ordinal)
) without rowid, strict;
create index observable_hash on observable (hash, audience, added);

create table edge (
    added integer not null,
    property integer not null,
    target integer not null,
    audience integer not null,
    primary key (added, property, target)
) without rowid, strict;
create index edge_target on edge (target, audience, added);

-- `ended`: its time was over, and a tombstone says so.
create table indicator (
    added integer primary key,
    pattern_type text not null,
    valid_from integer not null,
    valid_until integer,
    base_score integer not null,
    lifetime_days integer not null,
    ended integer not null,
    decay_speed real not null
) strict;
create index indicator_until on indicator (valid_until) where valid_until is not null and ended = 0;

-- What must no longer be used: `why` 0 retracted (the contribution is gone), 1 its time is over (it is there).
create table tombstone (
    position integer primary key,
    audience integer not null,
    object integer not null,
    version integer not null,
    version_text text not null,
    type integer not null,
    spec_version text not null,
    digest blob not null,
    added integer not null,
    why integer not null
) strict;
create index tombstone_audience on tombstone (audience);

create virtual table search using fts5 (
    words, content = '', contentless_delete = 1, detail = full, tokenize = 'unicode61 remove_diacritics 0'
);

-- What came of each transfer.
create table transfer (
    uuid text primary key,
    member integer not null,
    person integer,
    channel text not null,
    started integer not null,
    ended integer,
    accepted integer not null,
    unchanged integer not null,
    refused integer not null,
    state text not null,
    detail text not null
) without rowid, strict;
create index transfer_member on transfer (member, started);

-- The ledger: entries, the hashes of its tiles above the leaves, and the roots that were signed.
create table ledger_entry (
    position integer primary key,
    at integer not null,
    kind text not null,
    member integer,
    body text not null,
    salt blob not null,
    leaf blob not null
) strict;
create index ledger_entry_member on ledger_entry (member, position) where member is not null;

create table ledger_hash (
    level integer not null,
    position integer not null,
    hash blob not null,
    primary key (level, position)
) without rowid, strict;

create table checkpoint (size integer primary key, at integer not null, text text not null) strict;

-- What is fetched from elsewhere and pushed there.
create table subscription (
    id integer primary key,
    uuid text not null unique,
    name text not null unique,
    kind text not null,
    url text not null,
    settings text not null,
    member integer not null references member (id),
    community integer not null references community (id),
    tlp text not null,
    pap text not null,
    interval_seconds integer not null,
    size_limit integer not null,
    enabled integer not null,
    state text not null,
    next_run integer,
    last_run integer,
    last_result text,
    last_error text,
    accepted integer not null,
    unchanged integer not null,
    refused integer not null,
    failures_in_a_row integer not null
) strict;

create table peer (
    id integer primary key,
    uuid text not null unique,
    name text not null unique,
    url text not null,
    settings text not null,
    member integer not null references member (id),
    community integer references community (id),
    interval_seconds integer not null,
    enabled integer not null,
    cursor integer,
    next_run integer,
    last_run integer,
    last_result text,
    last_error text,
    sent integer not null,
    refused integer not null,
    failures_in_a_row integer not null
) strict;

insert into head (id, added, frontier, generation, indexed) values (1, 0, x'0000000000000000', 1, 0);
