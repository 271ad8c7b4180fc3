-- Migration 22: consents to face recognition, and people who were erased.

-- One row a consent; a withdrawal ends it, and a later one is a new row. Guardians' consents to notices are others (notice_consents).
CREATE TABLE face_consents (
  id           INTEGER PRIMARY KEY,
  person       TEXT NOT NULL,
  text_version TEXT NOT NULL,              -- of the wording that was consented to
  channel      TEXT NOT NULL,              -- paper, form, dingtalk, ... as HR wrote it down
  given_at     INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  recorded_by  TEXT NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by TEXT,
  revision     INTEGER                     -- of the roster's change that erases the templates at terminals
) STRICT;
CREATE INDEX face_consents_by_person ON face_consents(person, id);
CREATE UNIQUE INDEX face_consents_in_force ON face_consents(person) WHERE withdrawn_at IS NULL;

-- A change that every terminal must be told, also when the person came back after it: whatever a terminal holds of the person goes.
ALTER TABLE roster_changes ADD COLUMN wipe INTEGER NOT NULL DEFAULT 0;

-- The tombstone of an erased person. It names the pseudonymous userid and nothing else of the person.
CREATE TABLE privacy_erasures (
  id         INTEGER PRIMARY KEY,
  person     TEXT NOT NULL UNIQUE,
  erased_at  INTEGER NOT NULL,
  erased_by  TEXT NOT NULL,
  reason     TEXT NOT NULL,
  revision   INTEGER NOT NULL,             -- of the roster's change that erases at terminals
  done       TEXT NOT NULL                 -- JSON: what was removed here, in numbers
) STRICT;
