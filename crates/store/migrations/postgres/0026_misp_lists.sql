-- Organisations of which no event is taken in, beside events: `kind` is 'event' or 'organisation'. Of an organisation `creator`
-- is its name.
alter table misp_blocked rename column event to uuid;
alter table misp_blocked add column kind text not null default 'event';
alter table misp_blocked alter column kind drop default;
alter table misp_blocked drop constraint misp_blocked_event_key;
alter table misp_blocked add constraint misp_blocked_kind_uuid_key unique (kind, uuid);

-- Values that connect nothing: as they were given, and as they are compared.
create table misp_exclusion (
    id bigint generated always as identity primary key,
    value text not null unique,
    pattern text not null,
    comment text not null,
    at bigint not null
);

-- Who asked for an account, until an operator decides: `wish` is what they sent, JSON.
create table misp_registration (
    id bigint generated always as identity primary key,
    uuid bytea not null unique,
    wish text not null,
    at bigint not null
);
