-- How many attributes lie in each stretch of their numbers, by audience, so that a deep page is found without walking what
-- is before it. `shown`: of those that whoever sees the audience is shown; `odd`: those of which only a walk can say.
create table misp_step (
    stretch integer not null,
    audience integer not null,
    shown integer not null,
    odd integer not null,
    primary key (audience, stretch)
) without rowid, strict;
create index misp_step_stretch on misp_step (stretch);

-- Stretches that were changed since they were counted, or never were.
create table misp_uncounted (stretch integer primary key) without rowid, strict;
insert into misp_uncounted (stretch) select distinct id >> 11 from misp_row where kind = 1;

-- Which events say that they extend an event (by its UUID, as text). What is here is asked of the event itself.
create table misp_extends (whole text not null, event integer not null, primary key (whole, event)) without rowid, strict;
insert into misp_extends (whole, event)
    select distinct json_extract('{' || b.body || '}', '$.extends_uuid'), r.id
    from misp_row r join misp_body b on b.number = r.number
    where r.kind = 0 and b.body like '%"extends_uuid":"_%';

-- What changed since a moment is found in the index alone, from either end.
drop index misp_row_changed;
create index misp_row_changed on misp_row (kind, changed, id, audience);
drop index misp_row_id;
create index misp_row_id on misp_row (kind, id, audience, changed);
