-- Migration 3: each person's earliest open punch in one seek, whatever the number of rows behind it or delivered before it.
DROP INDEX outbox_open_by_person;
CREATE INDEX outbox_open_by_person ON outbox(person, at, punch_id) WHERE state IN ('pending', 'sending', 'waiting', 'ambiguous');
CREATE INDEX outbox_sending ON outbox(person) WHERE state = 'sending';
