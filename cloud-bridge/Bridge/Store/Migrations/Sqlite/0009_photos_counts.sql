-- Migration 9: photos by reference, counters per terminal, the latest undoubted time of each ledger.
ALTER TABLE ledgers ADD COLUMN last_good_at INTEGER;
-- Before this migration no time was doubted; complete_at is what there is.
UPDATE ledgers SET last_good_at = complete_at;

-- Received counts begin with what is known to have come: what is stored.
CREATE TABLE terminal_counts (
  terminal TEXT PRIMARY KEY,
  received INTEGER NOT NULL,
  repeated INTEGER NOT NULL,
  stored   INTEGER NOT NULL,
  last_stored_at INTEGER,               -- when the last punch was accepted
  shown    INTEGER NOT NULL             -- read back through HR's own query; counted on from settings.shown_through
) STRICT, WITHOUT ROWID;
INSERT INTO terminal_counts (terminal, received, repeated, stored, shown, last_stored_at)
  SELECT terminal, SUM(through), 0, SUM(through), 0, MAX(updated_at) FROM ledgers WHERE through > 0 GROUP BY terminal;

-- The picture lies in a file named by its SHA-256; a row stays as the report of its removal.
CREATE TABLE photos (
  terminal    TEXT NOT NULL,
  ledger      TEXT NOT NULL,
  seq         INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  person      TEXT NOT NULL,
  at          INTEGER NOT NULL,          -- of the punch
  bytes       INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  removed_at  INTEGER,
  removed_why TEXT CHECK (removed_why IN ('retention', 'erasure')),
  PRIMARY KEY (terminal, ledger, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX photos_by_content ON photos(sha256);
CREATE INDEX photos_by_age ON photos(received_at) WHERE removed_at IS NULL;
CREATE INDEX photos_by_person ON photos(person) WHERE removed_at IS NULL;
CREATE INDEX punches_by_photo ON punches(photo) WHERE photo IS NOT NULL;
