-- Migration 5: one outbox row a punch and target (the platform is one of them), what waits by policy or budget, counted states,
-- and the nightly comparison with the platform.
CREATE TABLE outbox_by_target (
  punch_id        INTEGER NOT NULL REFERENCES punches(id),
  target          TEXT NOT NULL DEFAULT 'platform',
  person          TEXT NOT NULL,
  at              INTEGER NOT NULL,
  state           TEXT NOT NULL CHECK (state IN
                  ('pending', 'sending', 'delivered', 'waiting', 'ambiguous', 'dead', 'held', 'skipped', 'deferred')),
  attempts        INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  sent_at         INTEGER,
  delivered_at    INTEGER,
  reason_code     TEXT,
  reason          TEXT,
  updated_at      INTEGER NOT NULL,
  checks          INTEGER NOT NULL DEFAULT 0,
  next_check_at   INTEGER,
  proved_at       INTEGER,
  platform_record TEXT,
  platform_note   TEXT,
  forced          INTEGER NOT NULL DEFAULT 0,  -- HR said "send it": policy and savings do not hold it back
  repaired_at     INTEGER,                     -- when the nightly comparison sent it again
  PRIMARY KEY (punch_id, target)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_by_target (punch_id, person, at, state, attempts, next_attempt_at, sent_at, delivered_at, reason_code, reason, updated_at,
    checks, next_check_at, proved_at, platform_record, platform_note)
  SELECT punch_id, person, at, state, attempts, next_attempt_at, sent_at, delivered_at, reason_code, reason, updated_at,
    checks, next_check_at, proved_at, platform_record, platform_note FROM outbox ORDER BY punch_id;
DROP TABLE outbox;
ALTER TABLE outbox_by_target RENAME TO outbox;
CREATE INDEX outbox_open_by_person ON outbox(target, person, at, punch_id) WHERE state IN ('pending', 'sending', 'waiting', 'ambiguous');
CREATE INDEX outbox_sending ON outbox(target, person) WHERE state = 'sending';
CREATE INDEX outbox_deferred ON outbox(next_attempt_at, at) WHERE state = 'deferred';
CREATE INDEX outbox_undelivered ON outbox(target, state, at) WHERE state <> 'delivered';
CREATE INDEX outbox_unproved ON outbox(delivered_at) WHERE target = 'platform' AND state = 'delivered' AND proved_at IS NULL;
CREATE UNIQUE INDEX outbox_platform_record ON outbox(platform_record) WHERE platform_record IS NOT NULL;

-- How many rows are in each state, kept as they change: counting them would read the whole outbox.
CREATE TABLE outbox_counts (
  target TEXT NOT NULL,
  state  TEXT NOT NULL,
  shard  INTEGER NOT NULL DEFAULT 0,
  n      INTEGER NOT NULL,
  PRIMARY KEY (target, state, shard)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_counts (target, state, n) SELECT target, state, COUNT(*) FROM outbox GROUP BY target, state;
CREATE TRIGGER outbox_counts_insert AFTER INSERT ON outbox BEGIN
  INSERT INTO outbox_counts (target, state, n) VALUES (NEW.target, NEW.state, 1)
    ON CONFLICT (target, state, shard) DO UPDATE SET n = outbox_counts.n + 1;
END;
CREATE TRIGGER outbox_counts_update AFTER UPDATE OF state ON outbox WHEN OLD.state <> NEW.state BEGIN
  UPDATE outbox_counts SET n = n - 1 WHERE target = OLD.target AND state = OLD.state;
  INSERT INTO outbox_counts (target, state, n) VALUES (NEW.target, NEW.state, 1)
    ON CONFLICT (target, state, shard) DO UPDATE SET n = outbox_counts.n + 1;
END;
CREATE TRIGGER outbox_counts_delete AFTER DELETE ON outbox BEGIN
  UPDATE outbox_counts SET n = n - 1 WHERE target = OLD.target AND state = OLD.state;
END;

-- Targets beside the platform that have been here, and how far the past was filled in for them.
CREATE TABLE outbox_targets (
  name     TEXT PRIMARY KEY,
  begins   TEXT NOT NULL,               -- new, all, or a day
  filled   INTEGER NOT NULL,            -- every punch up to this id has its row, where it is to have one
  since_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- First-ins sent on a day: what a working day takes of the month's calls.
CREATE TABLE platform_days (
  day    TEXT PRIMARY KEY,              -- yyyy-MM-dd at the platform's zone
  firsts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The nightly comparison: one row a run, and what it found.
CREATE TABLE reconciliations (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  day         TEXT NOT NULL,            -- the night it belongs to, yyyy-MM-dd at the site
  from_at     INTEGER NOT NULL,
  to_at       INTEGER NOT NULL,
  through     TEXT NOT NULL,            -- people up to here are compared; empty at the beginning
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  reason_code TEXT,
  people      INTEGER NOT NULL DEFAULT 0,
  calls       INTEGER NOT NULL DEFAULT 0,
  ours        INTEGER NOT NULL DEFAULT 0,
  theirs      INTEGER NOT NULL DEFAULT 0,
  same        INTEGER NOT NULL DEFAULT 0,
  missing     INTEGER NOT NULL DEFAULT 0,
  repaired    INTEGER NOT NULL DEFAULT 0,
  wrong_time  INTEGER NOT NULL DEFAULT 0,
  doubled     INTEGER NOT NULL DEFAULT 0,
  others      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE reconciliation_findings (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  run      INTEGER NOT NULL REFERENCES reconciliations(id),
  kind     TEXT NOT NULL,
  person   TEXT NOT NULL,
  at       INTEGER NOT NULL,            -- ours, or theirs where we have none
  punch_id INTEGER,
  record   TEXT,
  other_at INTEGER,                     -- theirs, where the times differ
  place    TEXT
) STRICT;
CREATE INDEX reconciliation_findings_by_run ON reconciliation_findings(run, kind);
CREATE INDEX reconciliation_findings_by_punch ON reconciliation_findings(punch_id, run) WHERE kind = 'missing';
