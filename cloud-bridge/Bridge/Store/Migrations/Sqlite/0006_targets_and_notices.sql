-- Migration 6: which punch went into which file of the CSV drop; notices to guardians and managers.

-- A punch taken for the CSV drop. It is in one file, and in no other. No reference: the row outlives what retention takes away.
CREATE TABLE csv_rows (
  punch_id INTEGER PRIMARY KEY,
  file_id  INTEGER,                     -- null: waits for the next file
  taken_at INTEGER NOT NULL
) STRICT;
CREATE INDEX csv_rows_by_file ON csv_rows(file_id, punch_id);

CREATE TABLE csv_files (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  state       TEXT NOT NULL CHECK (state IN ('planned', 'written', 'placed')),
  rows_of     INTEGER NOT NULL,         -- the file whose rows it holds: its own, or another's that is dropped again
  row_count   INTEGER NOT NULL,
  sha256      TEXT,                     -- of its bytes, once written
  created_at  INTEGER NOT NULL,
  placed_at   INTEGER
) STRICT;
CREATE INDEX csv_files_unplaced ON csv_files(id) WHERE state <> 'placed';

-- Who may be told about whom: one row a person and recipient, with the consent as it was recorded.
CREATE TABLE notice_consents (
  id           INTEGER PRIMARY KEY,
  person       TEXT NOT NULL,           -- whose punches
  recipient    TEXT NOT NULL,           -- the platform's userid that is told
  text_version TEXT NOT NULL,           -- of the consent's wording
  given_by     TEXT NOT NULL,           -- who consented, as HR wrote it down
  given_at     INTEGER NOT NULL,
  recorded_by  TEXT NOT NULL,
  ended_at     INTEGER,
  ended_by     TEXT
) STRICT;
CREATE UNIQUE INDEX notice_consents_in_force ON notice_consents(person, recipient) WHERE ended_at IS NULL;

-- Outbox of work notifications. "cause" is what makes two the same: a crash neither loses nor doubles one.
CREATE TABLE notices (
  id         INTEGER PRIMARY KEY,
  cause      TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL CHECK (kind IN ('guardian', 'missing')),
  person     TEXT,                      -- whom a guardian's notice is about
  text       TEXT NOT NULL,             -- the same bytes at every attempt: the platform drops a repeat of the same day
  state      TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'delivered', 'partly', 'doubtful', 'failed', 'withdrawn')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  unsure     INTEGER NOT NULL DEFAULT 0, -- attempts whose answer did not come
  day        TEXT,                      -- the platform's day of the first attempt, yyyy-MM-dd
  next_at    INTEGER NOT NULL,
  sent_at    INTEGER,                   -- of the last attempt
  task_id    TEXT,
  reason     TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_open ON notices(next_at, id) WHERE state IN ('pending', 'sending', 'sent');
CREATE INDEX notices_by_sending ON notices(sent_at);

CREATE TABLE notice_recipients (
  notice_id INTEGER NOT NULL REFERENCES notices(id),
  recipient TEXT NOT NULL,
  day       TEXT,                       -- as the notice's: counted against the platform's limit a person and day
  state     TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'delivered', 'failed')),
  code      TEXT,                       -- the platform's, where it failed
  PRIMARY KEY (notice_id, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_recipients_by_day ON notice_recipients(recipient, day);
