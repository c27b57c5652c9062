-- Whether a member may act is a state: invited, vetting, active, suspended, left (policy::MemberState).
alter table member add column state text not null default 'active';
update member set state = case when active = 1 then 'active' else 'suspended' end;
alter table member drop column active;
-- The member that this one is a part of, for reports and lists.
alter table member add column parent bigint references member (id);

-- What of the charter is asked at each share stands in the community itself; the text of it in `charter`.
alter table community add column loosest_tlp text not null default 'TLP:CLEAR';
alter table community add column moderated bigint not null default 0;
alter table community add column to_clients bigint not null default 1;

-- The token is known by its SHA-256 only. `member`: whom it is for, then who came of it.
create table invitation (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    digest bytea not null unique,
    label text not null,
    member bigint references member (id),
    community bigint references community (id),
    contributes bigint not null,
    kind text,
    role text not null,
    sponsors bigint not null,
    by_member bigint not null references member (id),
    by_person bigint,
    created bigint not null,
    expires bigint not null,
    accepted bigint,
    withdrawn bigint
);
create index invitation_member on invitation (member) where member is not null;

-- Who stands up for a member that is being vetted.
create table vouch (
    member bigint not null references member (id),
    sponsor bigint not null references member (id),
    person bigint,
    note text not null,
    at bigint not null,
    primary key (member, sponsor)
);

-- What members agree to, in versions; `kind` is partnership or data-set.
create table agreement (
    kind text not null,
    number bigint not null,
    title text not null,
    body text not null,
    digest bytea not null,
    effective bigint not null,
    due bigint not null,
    created bigint not null,
    primary key (kind, number)
);

create table acceptance (
    kind text not null,
    number bigint not null,
    member bigint not null references member (id),
    person bigint,
    name text not null,
    at bigint not null,
    primary key (kind, number, member)
);

-- Whom to reach at a member: two people, each with a way beside e-mail.
create table contact (
    member bigint not null references member (id),
    place bigint not null check (place in (1, 2)),
    name text not null,
    email text not null,
    telephone text not null,
    channel text not null,
    address text not null,
    changed bigint not null,
    checked bigint,
    primary key (member, place)
);

create table charter (
    community bigint not null references community (id),
    version bigint not null,
    body text not null,
    digest bytea not null,
    member bigint,
    person bigint,
    at bigint not null,
    primary key (community, version)
);

-- An offer to be accountable for a community; one at a time.
create table handover (
    community bigint primary key references community (id),
    member bigint not null references member (id),
    by_member bigint not null references member (id),
    by_person bigint,
    at bigint not null
);

-- What waits for the moderators of a community. `added` is the contribution that only they and its contributor see.
create table moderation (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    community bigint not null references community (id),
    member bigint not null references member (id),
    person bigint,
    withheld bigint not null,
    channel text not null,
    object text not null,
    version_text text not null,
    added bigint not null,
    tlp text not null,
    pap text not null,
    named text not null,
    state text not null,
    reason text,
    since bigint not null,
    decided bigint,
    decider bigint,
    unique (community, added)
);
create index moderation_state on moderation (community, state, id);
create index moderation_member on moderation (member, id);

-- Who may share in whose name.
create table delegation (
    member bigint not null references member (id),
    delegate bigint not null references member (id),
    person bigint,
    since bigint not null,
    primary key (member, delegate)
);

-- What was given to research, and to whom.
create table data_set (
    id bigint generated always as identity primary key,
    uuid text not null unique,
    community bigint not null references community (id),
    member bigint not null references member (id),
    agreement bigint not null,
    starts bigint not null,
    ends bigint not null,
    objects bigint not null,
    contributors bigint not null,
    digest bytea not null,
    body text not null,
    by_member bigint not null,
    by_person bigint,
    at bigint not null
);
create index data_set_member on data_set (member, id);
