-- Words that organisations have agreed on: taxonomies, galaxies with their clusters, noticelists, templates of objects,
-- models of decay. Numbers are what clients know them by; they stay over imports.

-- One file of a vocabulary. `kind`: see `store::VocabularyKind`. `key`: the name by which it is known in its kind. `head`:
-- what lists show; `body`: the file. Of a warninglist there is a number only: its text is in `warninglist`.
create table vocabulary (
    id integer primary key,
    kind integer not null,
    key text not null,
    uuid text not null,
    version integer not null,
    enabled integer not null,
    required integer not null,
    built_in integer not null,
    digest text not null,
    head text not null,
    body text not null,
    unique (kind, key)
) strict;

-- A cluster of a galaxy. `member`: who added it, and whose it is; nought: it was imported, and is for everybody. `level` and
-- `community`: to whom it goes, as in MISP. `words`: what it is found by. `stamp`: the import that brought it.
create table vocabulary_cluster (
    id integer primary key,
    galaxy integer not null,
    uuid text not null,
    member integer not null,
    community integer,
    level integer not null,
    value text not null,
    tag text not null,
    words text not null,
    version integer not null,
    published integer not null,
    deleted integer not null,
    stamp text not null,
    body text not null,
    unique (galaxy, uuid, member)
) strict;
create index vocabulary_cluster_uuid on vocabulary_cluster (uuid);
create index vocabulary_cluster_tag on vocabulary_cluster (tag);

-- What a cluster has to do with another one. `member`: as above.
create table vocabulary_relation (
    id integer primary key,
    cluster integer not null,
    target text not null,
    kind text not null,
    member integer not null,
    community integer,
    level integer not null,
    tags text not null,
    stamp text not null,
    unique (cluster, target, kind, member)
) strict;
create index vocabulary_relation_target on vocabulary_relation (target);
