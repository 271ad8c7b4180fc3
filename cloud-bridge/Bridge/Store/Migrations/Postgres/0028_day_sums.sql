-- Migration 28: days worked out once. hour_marks counts what happened to the punches of an hour, in the transaction in which it happened, so
-- that whether a day's sum still holds is a look at a few rows; day_sums keeps what was made of a day that is over. Both can be made anew.
CREATE TABLE hour_marks (
  hour    BIGINT PRIMARY KEY,    -- of the punch's time: ms since the Unix epoch / 3,600,000
  added   BIGINT NOT NULL,       -- punches that came
  changed BIGINT NOT NULL        -- corrections, removals
) WITH (fillfactor = 50);

CREATE TABLE day_sums (
  scope   TEXT COLLATE "C" NOT NULL,  -- which sites: '*' is every one
  day     TEXT COLLATE "C" NOT NULL,  -- yyyy-MM-dd at the site
  stamp   TEXT NOT NULL,              -- what it was made of: it holds for as long as this is the same
  body    BYTEA NOT NULL,             -- one entry a person, without names
  made_at BIGINT NOT NULL,
  PRIMARY KEY (scope, day)
);
ALTER TABLE day_sums ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE FUNCTION punch_effects_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hour_marks (hour, added, changed) VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.at ELSE NEW.at END / 3600000, 0, 1)
    ON CONFLICT (hour) DO UPDATE SET changed = hour_marks.changed + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER punch_effects_mark AFTER INSERT OR UPDATE OR DELETE ON punch_effects FOR EACH ROW EXECUTE FUNCTION punch_effects_mark();
