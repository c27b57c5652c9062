-- Bridges to partner hubs: what both agreed (`terms`, in force as `version`), what waits for one side's consent
-- (`proposal`), and how the carrying goes. `untold`: what the other side has not heard of us yet.
create table bridge (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    name text not null unique,
    member bigint not null references member (id),
    first bigint not null,
    hub text,
    hub_title text,
    url text not null,
    settings text not null,
    state text not null,
    terms text,
    version bigint not null,
    proposal text,
    proposal_ours bigint not null,
    untold text,
    interval_seconds bigint not null,
    next_run bigint,
    last_run bigint,
    last_result text,
    last_error text,
    failures_in_a_row bigint not null,
    sent bigint not null,
    taken bigint not null,
    refused bigint not null
);
create index bridge_member on bridge (member);

-- Who proposed, accepted and ended what, of which side. `person`: of ours; `name`: as the other side wrote it.
create table bridge_step (
    id bigint generated always as identity primary key,
    bridge bigint not null references bridge (id),
    what text not null,
    ours bigint not null,
    person bigint,
    name text,
    version bigint not null,
    digest bytea not null,
    at bigint not null
);
create index bridge_step_bridge on bridge_step (bridge, id);

-- How far a community was read for a bridge.
create table bridge_cursor (
    bridge bigint not null references bridge (id),
    community bigint not null references community (id),
    cursor bigint not null,
    primary key (bridge, community)
);

-- What passed a bridge, each way the last time: by which hubs it came (`path`), how it was marked before and after.
create table bridge_item (
    bridge bigint not null references bridge (id),
    outward bigint not null,
    object text not null,
    community bigint not null references community (id),
    version text not null,
    tlp_before text not null,
    pap_before text not null,
    tlp text not null,
    pap text not null,
    path text not null,
    onward bigint not null,
    state text not null,
    why text,
    at bigint not null,
    primary key (object, bridge, outward)
);
create index bridge_item_bridge on bridge_item (bridge, outward, at);

-- Sightings of what came over a bridge, each counted once in what is told back.
create table bridge_seen (
    bridge bigint not null references bridge (id),
    sighting text not null,
    object text not null,
    count bigint not null,
    first_seen bigint not null,
    last_seen bigint not null,
    primary key (bridge, sighting)
);
create index bridge_seen_object on bridge_seen (bridge, object);
