-- Whether a member may act is a state: invited, vetting, active, suspended, left (policy::MemberState).
alter table member add column state text not null default 'active';
update member set state = case when active = 1 then 'active' else 'suspended' end;
alter table member drop column active;
-- The member that this one is a part of, for reports and lists.
alter table member add column parent integer references member (id);

-- What of the charter is asked at each share stands in the community itself; the text of it in `charter`.
alter table community add column loosest_tlp text not null default 'TLP:CLEAR';
alter table community add column moderated integer not null default 0;
alter table community add column to_clients integer not null default 1;

-- The token is known by its SHA-256 only. `member`: whom it is for, then who came of it.
create table invitation (
    id integer primary key,
    uuid text not null unique,
    digest blob not null unique,
    label text not null,
    member integer references member (id),
    community integer references community (id),
    contributes integer not null,
    kind text,
    role text not null,
    sponsors integer not null,
    by_member integer not null references member (id),
    by_person integer,
    created integer not null,
    expires integer not null,
    accepted integer,
    withdrawn integer
) strict;
create index invitation_member on invitation (member) where member is not null;

-- Who stands up for a member that is being vetted.
create table vouch (
    member integer not null references member (id),
    sponsor integer not null references member (id),
    person integer,
    note text not null,
    at integer not null,
    primary key (member, sponsor)
) without rowid, strict;

-- What members agree to, in versions; `kind` is partnership or data-set.
create table agreement (
    kind text not null,
    number integer not null,
    title text not null,
    body text not null,
    digest blob not null,
    effective integer not null,
    due integer not null,
    created integer not null,
    primary key (kind, number)
) without rowid, strict;

create table acceptance (
    kind text not null,
    number integer not null,
    member integer not null references member (id),
    person integer,
    name text not null,
    at integer not null,
    primary key (kind, number, member)
) without rowid, strict;

-- Whom to reach at a member: two people, each with a way beside e-mail.
create table contact (
    member integer not null references member (id),
    place integer not null check (place in (1, 2)),
    name text not null,
    email text not null,
    telephone text not null,
    channel text not null,
    address text not null,
    changed integer not null,
    checked integer,
    primary key (member, place)
) without rowid, strict;

create table charter (
    community integer not null references community (id),
    version integer not null,
    body text not null,
    digest blob not null,
    member integer,
    person integer,
    at integer not null,
    primary key (community, version)
) without rowid, strict;

-- An offer to be accountable for a community; one at a time.
create table handover (
    community integer primary key references community (id),
    member integer not null references member (id),
    by_member integer not null references member (id),
    by_person integer,
    at integer not null
) strict;

-- What waits for the moderators of a community. `added` is the contribution that only they and its contributor see.
create table moderation (
    id integer primary key,
    uuid text not null unique,
    community integer not null references community (id),
    member integer not null references member (id),
    person integer,
    withheld integer not null,
    channel text not null,
    object text not null,
    version_text text not null,
    added integer not null,
    tlp text not null,
    pap text not null,
    named text not null,
    state text not null,
    reason text,
    since integer not null,
    decided integer,
    decider integer,
    unique (community, added)
) strict;
create index moderation_state on moderation (community, state, id);
create index moderation_member on moderation (member, id);

-- Who may share in whose name.
create table delegation (
    member integer not null references member (id),
    delegate integer not null references member (id),
    person integer,
    since integer not null,
    primary key (member, delegate)
) without rowid, strict;

-- What was given to research, and to whom.
create table data_set (
    id integer primary key,
    uuid text not null unique,
    community integer not null references community (id),
    member integer not null references member (id),
    agreement integer not null,
    starts integer not null,
    ends integer not null,
    objects integer not null,
    contributors integer not null,
    digest blob not null,
    body text not null,
    by_member integer not null,
    by_person integer,
    at integer not null
) strict;
create index data_set_member on data_set (member, id);
