-- What a member runs, as it says itself: what is new is looked through for it. It stands apart from what others may know of
-- the member, so that nothing that reads a member reads this.
create table technology (
    member integer primary key references member (id) on delete cascade,
    named text not null,
    changed integer not null
) strict;
