-- Migration 4: what retention takes away. A chain value stays for each removed punch, so that the ledger can still be checked and a punch
-- that comes again be compared; only what has left its chain value here may be deleted.
CREATE TABLE removed_punches (
  terminal   TEXT COLLATE "C" NOT NULL,
  ledger     TEXT COLLATE "C" NOT NULL,
  seq        BIGINT NOT NULL,
  chain      BYTEA NOT NULL,
  removed_at BIGINT NOT NULL,
  PRIMARY KEY (terminal, ledger, seq)
);
DROP TRIGGER punches_no_delete ON punches;
CREATE FUNCTION punches_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM removed_punches r WHERE r.terminal = OLD.terminal AND r.ledger = OLD.ledger AND r.seq = OLD.seq AND r.chain = OLD.chain) THEN
    RAISE EXCEPTION 'punches are insert-only: a recorded punch cannot be deleted';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER punches_no_delete BEFORE DELETE ON punches FOR EACH ROW EXECUTE FUNCTION punches_keep();
CREATE TRIGGER removed_punches_no_update BEFORE UPDATE ON removed_punches FOR EACH ROW
  EXECUTE FUNCTION refuse('what is left of a removed punch cannot be changed');
CREATE TRIGGER removed_punches_no_delete BEFORE DELETE ON removed_punches FOR EACH ROW
  EXECUTE FUNCTION refuse('what is left of a removed punch cannot be deleted');

-- Which commits of a bridge arrived: read after a lost connection, when the answer to COMMIT was lost with it.
CREATE TABLE store_writers (
  writer     TEXT PRIMARY KEY,
  groups     BIGINT NOT NULL,
  started_at BIGINT NOT NULL
);
