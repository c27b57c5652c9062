-- MISP's interface: events and their elements as MISP's clients know them, made from contributions afterwards
-- (`head.misp` is where that ends). What is here can be made again, but for the numbers, which clients keep.
alter table head add column misp bigint not null default 0;

-- An event: a report, a grouping, or what came without either (`loose`). `published` and `publish_timestamp` are MISP's
-- bookkeeping and stand nowhere else; `touched` is when anything of it that all its readers see was changed. Seconds.
create table misp_event (
    id bigint generated always as identity primary key,
    uuid bytea not null unique,
    loose bigint not null,
    published bigint not null,
    publish_timestamp bigint not null,
    touched bigint not null
);

-- Attributes, objects and all else that has a number of its own.
create table misp_element (
    id bigint generated always as identity primary key,
    kind bigint not null,
    uuid bytea not null,
    unique (uuid, kind)
);

-- An event or element as one member contributed it to one audience. `member` is negative where its name is withheld.
-- `several`: another row has the same number. `parent`: the object that an attribute is in, or what is spoken about;
-- nought: the event. `flags`: 1 for detection, 2 deleted, 4 shown only where a report names it. `tags`: their numbers.
create table misp_row (
    number bigint generated always as identity primary key,
    added bigint not null,
    kind bigint not null,
    id bigint not null,
    member bigint not null,
    audience bigint not null,
    version bigint not null,
    several bigint not null,
    event bigint not null,
    parent bigint not null,
    type text not null,
    category text not null,
    flags bigint not null,
    changed bigint not null,
    value1 bigint not null,
    value2 bigint not null,
    value text not null,
    tags text not null
);
create index misp_row_added on misp_row (added);
create index misp_row_id on misp_row (kind, id);
create index misp_row_audience on misp_row (audience, kind, id);
create index misp_row_event on misp_row (event, kind, id);
create index misp_row_parent on misp_row (parent, kind, id) where parent <> 0;
create index misp_row_value1 on misp_row (value1, id) where value1 <> 0;
create index misp_row_value2 on misp_row (value2, id) where value2 <> 0;
create index misp_row_changed on misp_row (kind, changed);

-- What a row says, apart so that lists are short to walk.
create table misp_body (number bigint primary key, body text not null);

-- Which event a member's object belongs to: the report that named it first.
create table misp_home (
    object bigint not null,
    member bigint not null,
    event bigint not null,
    primary key (object, member)
);

create table misp_tag (
    id bigint generated always as identity primary key,
    name text not null unique,
    colour text not null,
    exportable bigint not null,
    hidden bigint not null,
    number bigint,
    open bigint not null
);

-- Organisations that events name and that are no members here.
create table misp_organisation (
    id bigint generated always as identity primary key,
    uuid bytea not null unique,
    name text not null
);

-- By which audiences tags (1) and organisations (2) may be known: those of the rows that name them.
create table misp_named (
    kind bigint not null,
    number bigint not null,
    audience bigint not null,
    primary key (kind, number, audience)
);

-- What its event's member has decided about: proposals.
create table misp_settled (kind bigint not null, id bigint not null, primary key (kind, id));

-- Contributions that belong to no event so far and will be given one: apart, so that looking for them costs what there is.
create table misp_homeless (added bigint primary key);
