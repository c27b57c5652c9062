-- Words that organisations have agreed on: taxonomies, galaxies with their clusters, noticelists, templates of objects,
-- models of decay. Numbers are what clients know them by; they stay over imports.

-- One file of a vocabulary. `kind`: see `store::VocabularyKind`. `key`: the name by which it is known in its kind. `head`:
-- what lists show; `body`: the file. Of a warninglist there is a number only: its text is in `warninglist`.
create table vocabulary (
    id bigint generated always as identity primary key,
    kind bigint not null,
    key text not null,
    uuid text not null,
    version bigint not null,
    enabled bigint not null,
    required bigint not null,
    built_in bigint not null,
    digest text not null,
    head text not null,
    body text not null,
    unique (kind, key)
);

-- A cluster of a galaxy. `member`: who added it, and whose it is; nought: it was imported, and is for everybody. `level` and
-- `community`: to whom it goes, as in MISP. `words`: what it is found by. `stamp`: the import that brought it.
create table vocabulary_cluster (
    id bigint generated always as identity primary key,
    galaxy bigint not null,
    uuid text not null,
    member bigint not null,
    community bigint,
    level bigint not null,
    value text not null,
    tag text not null,
    words text not null,
    version bigint not null,
    published bigint not null,
    deleted bigint not null,
    stamp text not null,
    body text not null,
    unique (galaxy, uuid, member)
);
create index vocabulary_cluster_uuid on vocabulary_cluster (uuid);
create index vocabulary_cluster_tag on vocabulary_cluster (tag);

-- What a cluster has to do with another one. `member`: as above.
create table vocabulary_relation (
    id bigint generated always as identity primary key,
    cluster bigint not null,
    target text not null,
    kind text not null,
    member bigint not null,
    community bigint,
    level bigint not null,
    tags text not null,
    stamp text not null,
    unique (cluster, target, kind, member)
);
create index vocabulary_relation_target on vocabulary_relation (target);
