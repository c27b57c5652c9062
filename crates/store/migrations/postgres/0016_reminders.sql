-- When a member was last reminded of a recall by somebody, and how often.
alter table recall_owed add column reminded bigint;
alter table recall_owed add column reminders bigint not null default 0;
