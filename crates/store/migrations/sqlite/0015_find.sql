-- What lists are narrowed by, as objects say it of themselves: `kind` 1 techniques (ATT&CK), 2 sectors. Written from the
-- objects afterwards; `head.facets` is where that ends.
create table facet (
    added integer not null,
    kind integer not null,
    value text not null,
    audience integer not null,
    primary key (added, kind, value)
) without rowid, strict;
create index facet_value on facet (kind, audience, value, added);
alter table head add column facets integer not null default 0;
-- Lists of what one member shared. What it shared without its name stands apart, so that nobody else reads past it.
create index contribution_member on contribution (audience, member, withheld);

-- Questions that people keep under a name. `seen`: up to where its owner has looked at what it finds; `told`: up to where
-- they were told of it. Both are places in the order of everything stored; what is found is looked up each time.
create table saved_search (
    id integer primary key,
    uuid text not null unique,
    person integer not null references person (id),
    name text not null,
    question text not null,
    today integer not null,
    mail integer not null,
    webhook integer not null,
    seen integer not null,
    told integer not null,
    created integer not null,
    unique (person, name)
) strict;
