-- Migration 24: indexes for the pages that list the audit log, exceptions and people.
CREATE INDEX audit_by_actor ON audit(actor, id);
CREATE INDEX audit_by_action ON audit(action, id);
CREATE INDEX audit_by_time ON audit(at, id);
CREATE INDEX exceptions_open_by_code ON exceptions(source, code, last_at, id) WHERE resolved_at IS NULL;
CREATE INDEX exceptions_closed ON exceptions(resolved_at, id) WHERE resolved_at IS NOT NULL;
CREATE INDEX people_by_name ON people(name, userid);

-- Links that open the wall board of a site without a log-in. The link's secret is not stored, only its SHA-256.
CREATE TABLE wall_links (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hash       TEXT NOT NULL UNIQUE,      -- hex
  label      TEXT NOT NULL,
  site       TEXT,                      -- null: every site; empty: the main one
  names      INTEGER NOT NULL,          -- whether people's names are shown
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  revoked_at INTEGER,
  revoked_by TEXT
) STRICT;
