-- Bridges to partner hubs: what both agreed (`terms`, in force as `version`), what waits for one side's consent
-- (`proposal`), and how the carrying goes. `untold`: what the other side has not heard of us yet.
create table bridge (
    id integer primary key,
    uuid text not null unique,
    name text not null unique,
    member integer not null references member (id),
    first integer not null,
    hub text,
    hub_title text,
    url text not null,
    settings text not null,
    state text not null,
    terms text,
    version integer not null,
    proposal text,
    proposal_ours integer not null,
    untold text,
    interval_seconds integer not null,
    next_run integer,
    last_run integer,
    last_result text,
    last_error text,
    failures_in_a_row integer not null,
    sent integer not null,
    taken integer not null,
    refused integer not null
) strict;
create index bridge_member on bridge (member);

-- Who proposed, accepted and ended what, of which side. `person`: of ours; `name`: as the other side wrote it.
create table bridge_step (
    id integer primary key,
    bridge integer not null references bridge (id),
    what text not null,
    ours integer not null,
    person integer,
    name text,
    version integer not null,
    digest blob not null,
    at integer not null
) strict;
create index bridge_step_bridge on bridge_step (bridge, id);

-- How far a community was read for a bridge.
create table bridge_cursor (
    bridge integer not null references bridge (id),
    community integer not null references community (id),
    cursor integer not null,
    primary key (bridge, community)
) without rowid, strict;

-- What passed a bridge, each way the last time: by which hubs it came (`path`), how it was marked before and after.
create table bridge_item (
    bridge integer not null references bridge (id),
    outward integer not null,
    object text not null,
    community integer not null references community (id),
    version text not null,
    tlp_before text not null,
    pap_before text not null,
    tlp text not null,
    pap text not null,
    path text not null,
    onward integer not null,
    state text not null,
    why text,
    at integer not null,
    primary key (object, bridge, outward)
) without rowid, strict;
create index bridge_item_bridge on bridge_item (bridge, outward, at);

-- Sightings of what came over a bridge, each counted once in what is told back.
create table bridge_seen (
    bridge integer not null references bridge (id),
    sighting text not null,
    object text not null,
    count integer not null,
    first_seen integer not null,
    last_seen integer not null,
    primary key (bridge, sighting)
) without rowid, strict;
create index bridge_seen_object on bridge_seen (bridge, object);
