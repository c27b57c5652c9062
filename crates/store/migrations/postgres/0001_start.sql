-- Instants are microseconds since 1970, truth values 0 and 1, UUIDs and JSON text.

-- What the next write continues from; one row.
create table head (
    id bigint primary key check (id = 1),
    added bigint not null,
    frontier bytea not null,
    generation bigint not null,
    indexed bigint not null
);

create table setting (key text primary key, value text not null);
create table warninglist (name text primary key, body text not null);

-- Accounts.
create table member (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    identity text not null unique,
    name text not null unique,
    kind text not null,
    sectors text not null,
    countries text not null,
    provider bigint references member (id),
    active bigint not null,
    created bigint not null
);

create table person (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    member bigint not null references member (id),
    login text not null unique,
    name text not null,
    role text not null,
    password_hash text,
    active bigint not null,
    created bigint not null
);
create index person_member on person (member);

create table community (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    alias text not null unique,
    title text not null,
    purpose text not null,
    owner bigint not null references member (id),
    public bigint not null,
    hides_members bigint not null,
    default_tlp text not null,
    strictest_tlp text not null,
    created bigint not null
);

create table membership (
    community bigint not null references community (id),
    member bigint not null references member (id),
    contributes bigint not null,
    coordinates bigint not null,
    since bigint not null,
    primary key (community, member)
);
create index membership_member on membership (member);

create table credential (
    id bigint generated always as identity primary key,
    person bigint not null references person (id),
    kind text not null,
    digest bytea not null unique,
    label text not null,
    prefix text not null,
    read_only bigint not null,
    expires bigint,
    addresses text not null,
    created bigint not null,
    revoked bigint,
    last_used bigint
);
create index credential_person on credential (person);

create table audience (
    id bigint generated always as identity primary key,
    key text not null unique,
    terms text not null
);

-- Objects. `term` interns object types and property names, `object` interns identifiers, also those only referred to.
create table term (number bigint generated always as identity primary key, text text not null unique);

-- Identifiers and values are found by 64 bits of their SHA-256: an index on them is a third as large, and inserting at random
-- into an index costs what its size is. Whoever writes holds the write lock, so an identifier is there once.
-- `latest`: the version key stored last that nothing supersedes; none while the object is only referred to.
create table object (
    number bigint generated always as identity primary key, hash bigint not null, id text not null, latest bigint
);
create index object_hash on object (hash);

-- One call of contribute.
create table batch (
    number bigint generated always as identity primary key,
    member bigint not null,
    person bigint,
    channel text not null,
    transfer text not null,
    at bigint not null
);

-- `version` is the instant of the version, or a key made from the content where the object has no versions.
-- `repeat`: an earlier row has the same object and version. `follows`: an earlier row has the same object.
-- `superseded`: another row has a later version. All three over everything stored, so a reader who sees less checks.
create table contribution (
    added bigint primary key,
    object bigint not null,
    version bigint not null,
    audience bigint not null,
    member bigint not null,
    type bigint not null,
    repeat bigint not null,
    follows bigint not null,
    superseded bigint not null,
    withheld bigint not null,
    revoked bigint not null,
    spec_version text not null,
    version_text text not null,
    created bigint,
    created_by bigint,
    batch bigint not null,
    digest bytea not null,
    title text,
    warnings text,
    words text,
    body text not null
);
create index contribution_object on contribution (object, version, audience);
create index contribution_audience on contribution (audience, added);
create index contribution_type on contribution (audience, type, added);

create table observable (
    added bigint not null,
    ordinal bigint not null,
    kind bigint not null,
    value text not null,
    hash bigint not null,
    audience bigint not null,
    primary key (added, ordinal)
);
create index observable_hash on observable (hash, audience, added);

create table edge (
    added bigint not null,
    property bigint not null,
    target bigint not null,
    audience bigint not null,
    primary key (added, property, target)
);
create index edge_target on edge (target, audience, added);

-- `ended`: its time was over, and a tombstone says so.
create table indicator (
    added bigint primary key,
    pattern_type text not null,
    valid_from bigint not null,
    valid_until bigint,
    base_score bigint not null,
    lifetime_days bigint not null,
    ended bigint not null,
    decay_speed double precision not null
);
create index indicator_until on indicator (valid_until) where valid_until is not null and ended = 0;

-- What must no longer be used: `why` 0 retracted (the contribution is gone), 1 its time is over (it is there).
create table tombstone (
    position bigint primary key,
    audience bigint not null,
    object bigint not null,
    version bigint not null,
    version_text text not null,
    type bigint not null,
    spec_version text not null,
    digest bytea not null,
    added bigint not null,
    why bigint not null
);
create index tombstone_audience on tombstone (audience, position);

create table search (added bigint primary key, words tsvector not null);
create index search_words on search using gin (words);

-- What came of each transfer.
create table transfer (
    uuid text primary key,
    member bigint not null,
    person bigint,
    channel text not null,
    started bigint not null,
    ended bigint,
    accepted bigint not null,
    unchanged bigint not null,
    refused bigint not null,
    state text not null,
    detail text not null
);
create index transfer_member on transfer (member, started);

-- The ledger: entries, the hashes of its tiles above the leaves, and the roots that were signed.
create table ledger_entry (
    position bigint primary key,
    at bigint not null,
    kind text not null,
    member bigint,
    body text not null,
    salt bytea not null,
    leaf bytea not null
);
create index ledger_entry_member on ledger_entry (member, position) where member is not null;

create table ledger_hash (
    level bigint not null,
    position bigint not null,
    hash bytea not null,
    primary key (level, position)
);

create table checkpoint (size bigint primary key, at bigint not null, text text not null);

-- What is fetched from elsewhere and pushed there.
create table subscription (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    name text not null unique,
    kind text not null,
    url text not null,
    settings text not null,
    member bigint not null references member (id),
    community bigint not null references community (id),
    tlp text not null,
    pap text not null,
    interval_seconds bigint not null,
    size_limit bigint not null,
    enabled bigint not null,
    state text not null,
    next_run bigint,
    last_run bigint,
    last_result text,
    last_error text,
    accepted bigint not null,
    unchanged bigint not null,
    refused bigint not null,
    failures_in_a_row bigint not null
);

create table peer (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    name text not null unique,
    url text not null,
    settings text not null,
    member bigint not null references member (id),
    community bigint references community (id),
    interval_seconds bigint not null,
    enabled bigint not null,
    cursor bigint,
    next_run bigint,
    last_run bigint,
    last_result text,
    last_error text,
    sent bigint not null,
    refused bigint not null,
    failures_in_a_row bigint not null
);

insert into head (id, added, frontier, generation, indexed) values (1, 0, '\x0000000000000000', 1, 0);
