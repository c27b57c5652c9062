-- How often contributions were judged before their turn, because they were about to be erased: whoever was judging
-- meanwhile begins again.
alter table score_head add column early bigint not null default 0;
