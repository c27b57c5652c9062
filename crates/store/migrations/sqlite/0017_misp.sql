-- MISP's interface: events and their elements as MISP's clients know them, made from contributions afterwards
-- (`head.misp` is where that ends). What is here can be made again, but for the numbers, which clients keep.
alter table head add column misp integer not null default 0;

-- An event: a report, a grouping, or what came without either (`loose`). `published` and `publish_timestamp` are MISP's
-- bookkeeping and stand nowhere else; `touched` is when anything of it that all its readers see was changed. Seconds.
create table misp_event (
    id integer primary key,
    uuid blob not null unique,
    loose integer not null,
    published integer not null,
    publish_timestamp integer not null,
    touched integer not null
) strict;

-- Attributes, objects and all else that has a number of its own.
create table misp_element (
    id integer primary key,
    kind integer not null,
    uuid blob not null,
    unique (uuid, kind)
) strict;

-- An event or element as one member contributed it to one audience. `member` is negative where its name is withheld.
-- `several`: another row has the same number. `parent`: the object that an attribute is in, or what is spoken about;
-- nought: the event. `flags`: 1 for detection, 2 deleted, 4 shown only where a report names it. `tags`: their numbers.
create table misp_row (
    number integer primary key,
    added integer not null,
    kind integer not null,
    id integer not null,
    member integer not null,
    audience integer not null,
    version integer not null,
    several integer not null,
    event integer not null,
    parent integer not null,
    type text not null,
    category text not null,
    flags integer not null,
    changed integer not null,
    value1 integer not null,
    value2 integer not null,
    value text not null,
    tags text not null
) strict;
create index misp_row_added on misp_row (added);
create index misp_row_id on misp_row (kind, id);
create index misp_row_audience on misp_row (audience, kind, id);
create index misp_row_event on misp_row (event, kind, id);
create index misp_row_parent on misp_row (parent, kind, id) where parent <> 0;
create index misp_row_value1 on misp_row (value1, id) where value1 <> 0;
create index misp_row_value2 on misp_row (value2, id) where value2 <> 0;
create index misp_row_changed on misp_row (kind, changed);

-- What a row says, apart so that lists are short to walk.
create table misp_body (number integer primary key, body text not null) strict;

-- Which event a member's object belongs to: the report that named it first.
create table misp_home (
    object integer not null,
    member integer not null,
    event integer not null,
    primary key (object, member)
) without rowid, strict;

create table misp_tag (
    id integer primary key,
    name text not null unique,
    colour text not null,
    exportable integer not null,
    hidden integer not null,
    number integer,
    open integer not null
) strict;

-- Organisations that events name and that are no members here.
create table misp_organisation (
    id integer primary key,
    uuid blob not null unique,
    name text not null
) strict;

-- By which audiences tags (1) and organisations (2) may be known: those of the rows that name them.
create table misp_named (
    kind integer not null,
    number integer not null,
    audience integer not null,
    primary key (kind, number, audience)
) without rowid, strict;

-- What its event's member has decided about: proposals.
create table misp_settled (kind integer not null, id integer not null, primary key (kind, id)) without rowid, strict;

-- Contributions that belong to no event so far and will be given one: apart, so that looking for them costs what there is.
create table misp_homeless (added integer primary key) without rowid, strict;
