-- Migration 40: hour_marks in shards, as in PostgreSQL, where several bridges write. Here there is one writer and one shard.
DROP TRIGGER punch_effects_mark_insert;
DROP TRIGGER punch_effects_mark_update;
DROP TRIGGER punch_effects_mark_delete;
ALTER TABLE hour_marks RENAME TO hour_marks_whole;
CREATE TABLE hour_marks (
  hour    INTEGER NOT NULL,      -- of the punch's time: ms since the Unix epoch / 3,600,000
  added   INTEGER NOT NULL,      -- punches that came
  changed INTEGER NOT NULL,      -- corrections, removals
  shard   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, shard)
) STRICT, WITHOUT ROWID;
INSERT INTO hour_marks (hour, added, changed) SELECT hour, added, changed FROM hour_marks_whole;
DROP TABLE hour_marks_whole;

CREATE TRIGGER punch_effects_mark_insert AFTER INSERT ON punch_effects BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (NEW.at / 3600000, 0, 1) ON CONFLICT (hour, shard) DO UPDATE SET changed = changed + 1;
END;
CREATE TRIGGER punch_effects_mark_update AFTER UPDATE ON punch_effects BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (NEW.at / 3600000, 0, 1) ON CONFLICT (hour, shard) DO UPDATE SET changed = changed + 1;
END;
CREATE TRIGGER punch_effects_mark_delete AFTER DELETE ON punch_effects BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (OLD.at / 3600000, 0, 1) ON CONFLICT (hour, shard) DO UPDATE SET changed = changed + 1;
END;
