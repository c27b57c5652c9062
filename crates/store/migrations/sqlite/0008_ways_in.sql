-- When the person of a session last showed that it is them: with password, code or passkey.
alter table credential add column proven integer;
