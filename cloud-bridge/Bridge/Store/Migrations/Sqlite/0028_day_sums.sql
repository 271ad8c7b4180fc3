-- Migration 28: days worked out once. hour_marks counts what happened to the punches of an hour, in the transaction in which it happened, so
-- that whether a day's sum still holds is a look at a few rows; day_sums keeps what was made of a day that is over. Both can be made anew.
CREATE TABLE hour_marks (
  hour    INTEGER PRIMARY KEY,   -- of the punch's time: ms since the Unix epoch / 3,600,000
  added   INTEGER NOT NULL,      -- punches that came
  changed INTEGER NOT NULL       -- corrections, removals
) STRICT;

CREATE TABLE day_sums (
  scope   TEXT NOT NULL,         -- which sites: '*' is every one
  day     TEXT NOT NULL,         -- yyyy-MM-dd at the site
  stamp   TEXT NOT NULL,         -- what it was made of: it holds for as long as this is the same
  body    BLOB NOT NULL,         -- one entry a person, without names
  made_at INTEGER NOT NULL,
  PRIMARY KEY (scope, day)
) STRICT;

CREATE TRIGGER punch_effects_mark_insert AFTER INSERT ON punch_effects BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (NEW.at / 3600000, 0, 1) ON CONFLICT (hour) DO UPDATE SET changed = changed + 1;
END;
CREATE TRIGGER punch_effects_mark_update AFTER UPDATE ON punch_effects BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (NEW.at / 3600000, 0, 1) ON CONFLICT (hour) DO UPDATE SET changed = changed + 1;
END;
CREATE TRIGGER punch_effects_mark_delete AFTER DELETE ON punch_effects BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (OLD.at / 3600000, 0, 1) ON CONFLICT (hour) DO UPDATE SET changed = changed + 1;
END;
