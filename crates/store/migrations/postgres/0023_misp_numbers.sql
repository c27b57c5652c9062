-- Numbers of rows and elements are given out by whoever holds the head.
alter table misp_row alter column number drop identity;
alter table misp_element alter column id drop identity;

-- Whether a transfer has ended since something was looked for is one look.
create index transfer_ended on transfer (ended);
