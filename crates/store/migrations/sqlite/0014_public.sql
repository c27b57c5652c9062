-- What is told to everybody on the public pages, in plain words: about which object, as it stood in which contribution
-- (`added`). Where that contribution goes, so does this. `named`: whether the member that contributed it chose to be named.
create table publication (
    id integer primary key,
    uuid text not null unique,
    object text not null,
    added integer not null,
    named integer not null,
    language text not null,
    title text not null,
    happened text not null,
    concerned text not null,
    advice text not null,
    ends integer,
    sectors text not null,
    published integer not null,
    changed integer not null,
    by_person integer,
    taken_back integer
) strict;
create unique index publication_object on publication (object) where taken_back is null;
create index publication_open on publication (id) where taken_back is null;

-- What strangers report to the operators. `secret`: digest of the secret in the link of who reported it; `sealed`: what they
-- wrote, encrypted with a key that is not in this store.
create table tip (
    id integer primary key,
    uuid text not null unique,
    reference text not null unique,
    secret blob not null unique,
    kind text not null,
    state text not null,
    made integer not null,
    changed integer not null,
    closed integer,
    sealed blob not null
) strict;
create index tip_made on tip (made);
create index tip_closed on tip (closed) where closed is not null;

-- What was said about it afterwards. `by_person`: none where who reported it says it.
create table tip_message (
    id integer primary key,
    tip integer not null references tip (id),
    by_person integer,
    at integer not null,
    sealed blob not null
) strict;
create index tip_message_tip on tip_message (tip, id);

-- Files that came with it; names and contents encrypted.
create table tip_file (
    id integer primary key,
    tip integer not null references tip (id),
    ordinal integer not null,
    sealed blob not null
) strict;
create unique index tip_file_tip on tip_file (tip, ordinal);

-- Who said that they need the first steps no more.
create table walk_over (
    person integer primary key references person (id),
    at integer not null
) strict;
