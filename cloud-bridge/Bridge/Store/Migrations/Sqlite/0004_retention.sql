-- Migration 4: what retention takes away. A chain value stays for each removed punch, so that the ledger can still be checked and a punch
-- that comes again be compared; only what has left its chain value here may be deleted.
CREATE TABLE removed_punches (
  terminal   TEXT NOT NULL,
  ledger     TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  chain      BLOB NOT NULL,
  removed_at INTEGER NOT NULL,
  PRIMARY KEY (terminal, ledger, seq)
) STRICT, WITHOUT ROWID;
DROP TRIGGER punches_no_delete;
CREATE TRIGGER punches_no_delete BEFORE DELETE ON punches
WHEN NOT EXISTS (SELECT 1 FROM removed_punches r WHERE r.terminal = OLD.terminal AND r.ledger = OLD.ledger AND r.seq = OLD.seq AND r.chain = OLD.chain)
BEGIN SELECT RAISE(ABORT, 'punches are insert-only: a recorded punch cannot be deleted'); END;
CREATE TRIGGER removed_punches_no_update BEFORE UPDATE ON removed_punches
BEGIN SELECT RAISE(ABORT, 'what is left of a removed punch cannot be changed'); END;
CREATE TRIGGER removed_punches_no_delete BEFORE DELETE ON removed_punches
BEGIN SELECT RAISE(ABORT, 'what is left of a removed punch cannot be deleted'); END;
