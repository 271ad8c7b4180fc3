-- Migration 15: what HR's lists are turned by, so that a page costs the same at a million and at ten million punches.
-- Nearly all punches are by face: going by time finds those soon enough, and the others have a small index of their own.
CREATE INDEX punches_by_method ON punches(method, at, id) WHERE method <> 'face';
CREATE INDEX punches_by_terminal_method ON punches(terminal, method, at, id) WHERE method <> 'face';
-- With the id, so that equal times need no sort.
CREATE INDEX punches_by_person_time ON punches(person, at, id);
CREATE INDEX punches_by_terminal_time ON punches(terminal, at, id);
DROP INDEX punches_by_person;
DROP INDEX punches_by_terminal;
DROP INDEX outbox_undelivered;
CREATE INDEX outbox_undelivered ON outbox(target, state, at, punch_id) WHERE state <> 'delivered';
