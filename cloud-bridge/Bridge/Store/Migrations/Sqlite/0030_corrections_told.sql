-- Migration 30: targets that are told of corrections. "tell" is the correction that a target is to know of a punch that it has or may have,
-- "told" the last one that it took. A row whose two differ is on its way again.
ALTER TABLE outbox ADD COLUMN tell INTEGER;
ALTER TABLE outbox ADD COLUMN told INTEGER;
