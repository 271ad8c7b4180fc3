-- Migration 13: corrections. A correction is a record of its own with its reason; what was decided about it is another. Neither changes,
-- and no recorded punch does: an added or reassigned-to punch is a new row of punches in a ledger that the bridge itself writes.
ALTER TABLE terminals ADD COLUMN made INTEGER NOT NULL DEFAULT 0;  -- no device: the name under which HR's own punches of a site stand

CREATE TABLE corrections (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('add', 'void', 'reassign', 'reinstate')),
  punch_id    INTEGER,                  -- the punch it is about; none for add
  terminal    TEXT,                     -- its key, which stays when retention has taken the punch
  ledger      TEXT,
  seq         INTEGER,
  person      TEXT NOT NULL,            -- whose punch it is or is to be
  to_person   TEXT,                     -- reassign: whose it is instead
  at          INTEGER NOT NULL,
  day         TEXT NOT NULL,            -- the attendance day it belongs to, yyyy-MM-dd at the site
  direction   TEXT NOT NULL CHECK (direction IN ('none', 'in', 'out')),
  site        TEXT NOT NULL,            -- '' is the main site
  reason_code TEXT NOT NULL,
  reason      TEXT NOT NULL,
  author      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  request     TEXT NOT NULL UNIQUE      -- of the form: sent twice it is one record
) STRICT;
CREATE INDEX corrections_by_punch ON corrections(punch_id, id) WHERE punch_id IS NOT NULL;
CREATE INDEX corrections_by_person ON corrections(person, at);

-- Decided once: who decides second is told.
CREATE TABLE correction_decisions (
  correction_id INTEGER PRIMARY KEY REFERENCES corrections(id),
  verdict       TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected', 'withdrawn')),
  by_whom       TEXT NOT NULL,
  at            INTEGER NOT NULL,
  note          TEXT,
  made_punch    INTEGER                 -- the punch that it made, by its number of arrival
) STRICT;

-- How punches count now: derived from the two tables above, written in the same transaction, so that a list needs one seek a row.
CREATE TABLE punch_effects (
  punch_id          INTEGER PRIMARY KEY,
  at                INTEGER NOT NULL,
  origin            TEXT CHECK (origin IN ('added', 'reassigned')),  -- null: recorded by a terminal
  origin_correction INTEGER,
  origin_punch      INTEGER,            -- the punch that this one stands in for
  struck            TEXT CHECK (struck IN ('void', 'reassign')),     -- null: it counts
  struck_correction INTEGER,
  stand_in          INTEGER,            -- the punch that stands in for this one
  proposal          INTEGER             -- a correction that waits for its decision
) STRICT;
CREATE INDEX punch_effects_struck ON punch_effects(at) WHERE struck IS NOT NULL;

-- Where a place that punches went to has one that does not count any more, and how that was put right.
CREATE TABLE correction_settlements (
  correction_id INTEGER NOT NULL REFERENCES corrections(id),
  punch_id      INTEGER NOT NULL,
  target        TEXT NOT NULL,
  how           TEXT NOT NULL CHECK (how IN ('gone', 'by-hand')),
  by_whom       TEXT NOT NULL,
  at            INTEGER NOT NULL,
  PRIMARY KEY (correction_id, punch_id, target)
) STRICT, WITHOUT ROWID;

-- Months closed for payroll, and opened again: the newest row of a month says how it is.
CREATE TABLE month_closings (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  month   TEXT NOT NULL,                -- yyyy-MM
  action  TEXT NOT NULL CHECK (action IN ('close', 'reopen')),
  by_whom TEXT NOT NULL,
  at      INTEGER NOT NULL,
  reason  TEXT NOT NULL
) STRICT;
CREATE INDEX month_closings_by_month ON month_closings(month, id);

-- Punches that came after their month was closed.
CREATE TABLE late_punches (
  punch_id   INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  month      TEXT NOT NULL,
  noticed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX late_punches_by_month ON late_punches(month, punch_id);

-- ---------------------------------------------------------------- exports
-- Which columns, in which order and words: an account's own, or for all who see a site.
CREATE TABLE export_templates (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT NOT NULL,
  owner       TEXT NOT NULL,
  site        TEXT,                     -- null: the owner's own; '' is the main site
  kind        TEXT NOT NULL CHECK (kind IN ('punches', 'days', 'month')),
  columns     TEXT NOT NULL,            -- names by commas, in order
  culture     TEXT NOT NULL,
  date_format TEXT NOT NULL,
  struck      INTEGER NOT NULL,         -- also what does not count
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX export_templates_by_name ON export_templates(owner, kind, name);

-- Exports that run in the background; the file lies in the bridge's directory until it expires.
CREATE TABLE exports (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  owner       TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('punches', 'days', 'month')),
  format      TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')),
  filters     TEXT NOT NULL,            -- as in the page's address
  layout      TEXT NOT NULL,            -- columns, words and form, JSON
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'expired')),
  rows_done   INTEGER NOT NULL DEFAULT 0,
  rows_total  INTEGER,
  file        TEXT,
  bytes       INTEGER,
  problem     TEXT,
  attempts    INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  started_at  INTEGER,
  finished_at INTEGER,
  expires_at  INTEGER
) STRICT;
CREATE INDEX exports_by_owner ON exports(owner, id);
CREATE INDEX exports_open ON exports(state, id) WHERE state IN ('waiting', 'running', 'done');

CREATE TRIGGER corrections_no_delete BEFORE DELETE ON corrections
BEGIN SELECT RAISE(ABORT, 'corrections are insert-only'); END;
-- Only the erasure of a person may take names and words out of a record.
CREATE TRIGGER corrections_no_update BEFORE UPDATE ON corrections
WHEN NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.punch_id IS NOT OLD.punch_id OR NEW.terminal IS NOT OLD.terminal OR NEW.ledger IS NOT OLD.ledger
  OR NEW.seq IS NOT OLD.seq OR NEW.at IS NOT OLD.at OR NEW.day IS NOT OLD.day OR NEW.direction IS NOT OLD.direction OR NEW.site IS NOT OLD.site
  OR NEW.reason_code IS NOT OLD.reason_code OR NEW.author IS NOT OLD.author OR NEW.created_at IS NOT OLD.created_at OR NEW.request IS NOT OLD.request
  OR (NEW.person IS NOT OLD.person AND NEW.person <> '(erased)') OR (NEW.to_person IS NOT OLD.to_person AND NEW.to_person IS NOT '(erased)')
  OR (NEW.reason IS NOT OLD.reason AND NEW.reason <> '(erased)')
BEGIN SELECT RAISE(ABORT, 'corrections are insert-only'); END;
CREATE TRIGGER correction_decisions_no_update BEFORE UPDATE ON correction_decisions
BEGIN SELECT RAISE(ABORT, 'decisions are insert-only'); END;
CREATE TRIGGER correction_decisions_no_delete BEFORE DELETE ON correction_decisions
BEGIN SELECT RAISE(ABORT, 'decisions are insert-only'); END;
CREATE TRIGGER month_closings_no_update BEFORE UPDATE ON month_closings
BEGIN SELECT RAISE(ABORT, 'closings are insert-only'); END;
CREATE TRIGGER month_closings_no_delete BEFORE DELETE ON month_closings
BEGIN SELECT RAISE(ABORT, 'closings are insert-only'); END;
