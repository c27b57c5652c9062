-- What a session rests on that began at an identity provider: who it is there, and when the provider last said so.
-- `sid`: the provider's name of its own session. `sealed`: the refresh token, where it gave one.
create table provider_session (
    credential integer primary key references credential (id) on delete cascade,
    provider text not null,
    issuer text not null,
    subject text not null,
    sid text,
    confirmed integer not null,
    sealed blob
) strict;
create index provider_session_account on provider_session (issuer, subject);
