-- Migration 1. Times are milliseconds since the Unix epoch, UTC. Ids of ledgers are lower-case UUID text.
-- Never edit a landed migration: add the next number.

-- ---------------------------------------------------------------- fleet
CREATE TABLE terminals (
  name            TEXT PRIMARY KEY,
  site            TEXT,
  created_at      INTEGER NOT NULL,
  revoked_at      INTEGER,
  online          INTEGER NOT NULL DEFAULT 0,
  last_seen_at    INTEGER,
  last_hello_at   INTEGER,
  address         TEXT,
  boot            TEXT,
  ledger          TEXT,                 -- the ledger it said it writes now
  last_seq        INTEGER,              -- what hello said: last sealed seq in that ledger
  clock_offset_ms INTEGER,              -- terminal's clock minus the bridge's at hello
  clock           TEXT,
  queue           INTEGER,              -- backlog as told in status
  free_bytes      INTEGER,
  temperature     REAL,
  last_frame_at   INTEGER,
  roster_revision INTEGER,
  versions        TEXT                  -- JSON object, by part
) STRICT;

CREATE TABLE certificates (
  serial         TEXT PRIMARY KEY,      -- hex, as in the certificate
  terminal       TEXT NOT NULL REFERENCES terminals(name),
  thumbprint     TEXT NOT NULL UNIQUE,  -- SHA-256, hex
  not_before     INTEGER NOT NULL,
  not_after      INTEGER NOT NULL,
  issued_at      INTEGER NOT NULL,
  revoked_at     INTEGER,
  revoked_reason TEXT,
  der            BLOB NOT NULL
) STRICT;
CREATE INDEX certificates_by_terminal ON certificates(terminal);

CREATE TABLE claims (
  id         INTEGER PRIMARY KEY,
  code_hash  BLOB NOT NULL UNIQUE,      -- SHA-256 of the code; the code itself is never stored
  terminal   TEXT,                      -- null: any name that is not taken
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  used_by    TEXT,
  serial     TEXT                       -- of the certificate it paid for
) STRICT;

-- ---------------------------------------------------------------- punches
CREATE TABLE ledgers (
  terminal      TEXT NOT NULL,
  ledger        TEXT NOT NULL,
  through       INTEGER NOT NULL,       -- every punch up to here is stored; 0 where none is
  chain         BLOB NOT NULL,          -- chain value there, 32 bytes
  complete_at   INTEGER,                -- time of punch "through"
  state         TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'forked')),
  problem       TEXT,
  first_seen_at INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  PRIMARY KEY (terminal, ledger)
) STRICT, WITHOUT ROWID;

CREATE TABLE punches (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of arrival: the cursor of exports
  terminal       TEXT NOT NULL,
  ledger         TEXT NOT NULL,
  seq            INTEGER NOT NULL CHECK (seq >= 1),
  person         TEXT NOT NULL,
  at             INTEGER NOT NULL,
  clock          TEXT NOT NULL CHECK (clock IN ('synced', 'held', 'corrected')),
  uncertainty_ms INTEGER NOT NULL,
  method         TEXT NOT NULL CHECK (method IN ('face', 'card', 'pin', 'operator', 'wifi')),
  direction      TEXT NOT NULL CHECK (direction IN ('none', 'in', 'out')),
  score          REAL,
  threshold      REAL,
  liveness       REAL,
  pack           TEXT,
  photo          TEXT,
  chain          BLOB NOT NULL,
  received_at    INTEGER NOT NULL,
  UNIQUE (terminal, ledger, seq)
) STRICT;
CREATE INDEX punches_by_time ON punches(at, id);
CREATE INDEX punches_by_person ON punches(person, at);
CREATE INDEX punches_by_terminal ON punches(terminal, at);

-- A recorded punch never changes: corrections are new rows elsewhere (design section 7).
CREATE TRIGGER punches_no_update BEFORE UPDATE ON punches
BEGIN SELECT RAISE(ABORT, 'punches are insert-only: a recorded punch cannot be changed'); END;
CREATE TRIGGER punches_no_delete BEFORE DELETE ON punches
BEGIN SELECT RAISE(ABORT, 'punches are insert-only: a recorded punch cannot be deleted'); END;

-- ---------------------------------------------------------------- delivery
-- One row a punch, written in the punch's own transaction.
CREATE TABLE outbox (
  punch_id        INTEGER PRIMARY KEY REFERENCES punches(id),
  person          TEXT NOT NULL,
  at              INTEGER NOT NULL,
  state           TEXT NOT NULL CHECK (state IN
                  ('pending', 'sending', 'delivered', 'waiting', 'ambiguous', 'dead', 'held', 'skipped')),
  attempts        INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  sent_at         INTEGER,
  delivered_at    INTEGER,
  reason_code     TEXT,
  reason          TEXT,
  updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox(state, next_attempt_at) WHERE state NOT IN ('delivered', 'skipped');
CREATE INDEX outbox_open_by_person ON outbox(person, punch_id) WHERE state IN ('pending', 'sending', 'waiting', 'ambiguous');

-- What the platform was asked, for its monthly call budget.
CREATE TABLE platform_calls (
  month   TEXT NOT NULL,                -- yyyy-MM at the platform's zone
  api     TEXT NOT NULL,
  calls   INTEGER NOT NULL,
  PRIMARY KEY (month, api)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- roster
CREATE TABLE departments (
  id         INTEGER PRIMARY KEY,
  parent_id  INTEGER,
  name       TEXT NOT NULL,
  removed_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
  userid        TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  job_number    TEXT,
  active        INTEGER NOT NULL DEFAULT 1,
  left_at       INTEGER,
  first_seen_at INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE people_departments (
  userid        TEXT NOT NULL REFERENCES people(userid),
  department_id INTEGER NOT NULL,
  PRIMARY KEY (userid, department_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_department ON people_departments(department_id);

-- ---------------------------------------------------------------- access
CREATE TABLE accounts (
  name                TEXT PRIMARY KEY,
  password_hash       TEXT NOT NULL,
  must_change         INTEGER NOT NULL DEFAULT 0,
  security_stamp      TEXT NOT NULL,    -- changes with the password: older cookies end
  created_at          INTEGER NOT NULL,
  password_changed_at INTEGER,
  failed              INTEGER NOT NULL DEFAULT 0,
  locked_until        INTEGER,
  disabled_at         INTEGER
) STRICT;

CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,                -- account, "command line" or "bridge"
  action  TEXT NOT NULL,
  target  TEXT,
  detail  TEXT,
  address TEXT
) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is insert-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is insert-only'); END;

-- ---------------------------------------------------------------- what people should look at
CREATE TABLE events (
  terminal    TEXT NOT NULL,
  id          TEXT NOT NULL,            -- given by the terminal; stored once
  kind        TEXT NOT NULL,
  at          INTEGER NOT NULL,
  text        TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (terminal, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_time ON events(received_at);

-- Gaps, forks, refused messages, stopped delivery ...: one open row a cause, counted while it repeats.
CREATE TABLE exceptions (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  source      TEXT NOT NULL,            -- ingest, access, delivery, roster
  code        TEXT NOT NULL,
  terminal    TEXT,
  ledger      TEXT,
  seq         INTEGER,
  text        TEXT NOT NULL,
  cause       TEXT NOT NULL,            -- what makes two the same
  count       INTEGER NOT NULL DEFAULT 1,
  first_at    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  resolved_at INTEGER,
  resolved_by TEXT
) STRICT;
CREATE UNIQUE INDEX exceptions_open ON exceptions(cause) WHERE resolved_at IS NULL;

CREATE TABLE settings (
  key        TEXT PRIMARY KEY,
  value      TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
