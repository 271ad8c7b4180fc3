-- Migration 36: the fleet's patrol. What terminals tell of their parts, each terminal's grade as found last, its history, and findings that somebody has taken note of.
ALTER TABLE terminals ADD COLUMN health TEXT;   -- JSON as told in status

CREATE TABLE patrol_states (                    -- as found at the last round
  terminal    TEXT PRIMARY KEY REFERENCES terminals(name),
  checked_at  BIGINT NOT NULL,
  score       BIGINT NOT NULL,
  grade       TEXT NOT NULL CHECK (grade IN ('A', 'B', 'C', 'D')),
  changed_at  BIGINT NOT NULL,                 -- when the grade changed last
  was         TEXT,                             -- the grade before; null at the first round
  queue       BIGINT NOT NULL,
  findings    TEXT NOT NULL                     -- JSON: code, level, facts, since
);

CREATE TABLE patrol_scores (                    -- each change of score or findings, and once a day
  terminal TEXT NOT NULL REFERENCES terminals(name),
  at       BIGINT NOT NULL,
  score    BIGINT NOT NULL,
  grade    TEXT NOT NULL,
  findings TEXT NOT NULL,                       -- their codes, by commas
  PRIMARY KEY (terminal, at)
);
CREATE INDEX patrol_scores_by_time ON patrol_scores(at);

CREATE TABLE patrol_acks (                      -- counts until it ends, and not for what is worse than it was
  terminal TEXT NOT NULL REFERENCES terminals(name),
  code     TEXT NOT NULL,
  level    TEXT NOT NULL,
  actor    TEXT NOT NULL,
  reason   TEXT NOT NULL,
  at       BIGINT NOT NULL,
  until    BIGINT NOT NULL,
  PRIMARY KEY (terminal, code)
);
