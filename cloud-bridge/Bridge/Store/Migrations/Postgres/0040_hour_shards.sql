-- Migration 40: hour_marks in shards, as outbox_counts: where several bridges write, each counts in a row of its own, so that none waits for
-- another's commit; the sum over the shards is the number. One bridge alone goes on with one row an hour.
ALTER TABLE hour_marks ADD COLUMN shard BIGINT NOT NULL DEFAULT COALESCE(NULLIF(current_setting('devices.shard', true), '')::bigint, 0);
ALTER TABLE hour_marks DROP CONSTRAINT hour_marks_pkey;
ALTER TABLE hour_marks ADD PRIMARY KEY (hour, shard);

CREATE OR REPLACE FUNCTION punch_effects_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.at ELSE NEW.at END / 3600000, 0, 1)
    ON CONFLICT (hour, shard) DO UPDATE SET changed = hour_marks.changed + 1;
  RETURN NULL;
END $$;
