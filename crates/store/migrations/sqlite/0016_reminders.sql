-- When a member was last reminded of a recall by somebody, and how often.
alter table recall_owed add column reminded integer;
alter table recall_owed add column reminders integer not null default 0;
