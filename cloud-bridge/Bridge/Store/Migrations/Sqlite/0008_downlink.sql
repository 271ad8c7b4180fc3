-- Migration 8: what goes down to terminals, and what they have confirmed. Times in ms since the Unix epoch.

CREATE TABLE roster_reach (                -- what each terminal said of its roster last
  terminal     TEXT PRIMARY KEY REFERENCES terminals(name),
  line         TEXT NOT NULL,
  revision     INTEGER NOT NULL,           -- 0 while it takes a whole roster in parts
  confirmed_at INTEGER NOT NULL,
  people       INTEGER NOT NULL,
  local        INTEGER NOT NULL,           -- people whom only this terminal knows
  problem      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE erasures (                    -- proofs that a leaver's data is gone from a terminal's disk
  terminal     TEXT NOT NULL,
  person       TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  erased_at    INTEGER NOT NULL,
  templates    INTEGER NOT NULL,
  cards        INTEGER NOT NULL,
  pins         INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  PRIMARY KEY (terminal, person, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_by_person ON erasures(person);
CREATE INDEX erasures_by_time ON erasures(confirmed_at);

CREATE TABLE site_heads (                  -- the count of revisions of each site's sealed records
  site     TEXT PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE site_records (                -- what a site's terminals tell each other; sealed, the bridge cannot read it
  site        TEXT NOT NULL,
  revision    INTEGER NOT NULL,
  slot        TEXT NOT NULL,               -- a newer record of the same slot takes the older one's place
  kind        TEXT NOT NULL,
  terminal    TEXT NOT NULL,               -- who sent it
  person      TEXT,
  record      TEXT NOT NULL,               -- JSON as sent
  received_at INTEGER NOT NULL,
  PRIMARY KEY (site, revision),
  UNIQUE (site, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX site_records_by_person ON site_records(person);

CREATE TABLE relay_reach (
  terminal     TEXT PRIMARY KEY REFERENCES terminals(name),
  line         TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  problem      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
  id          TEXT PRIMARY KEY,
  terminal    TEXT NOT NULL REFERENCES terminals(name),
  kind        TEXT NOT NULL,
  arguments   TEXT NOT NULL,               -- JSON object
  issued_at   INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  issued_by   TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'accepted', 'done', 'refused', 'expired')),
  message     TEXT,                        -- what the terminal said
  attachment  BLOB,                        -- a collected log
  changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX commands_open ON commands(terminal, issued_at) WHERE state IN ('waiting', 'sent', 'accepted');

CREATE TABLE config_wishes (
  terminal   TEXT PRIMARY KEY REFERENCES terminals(name),
  revision   INTEGER NOT NULL,
  settings   TEXT NOT NULL,                -- JSON object
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE config_reports (
  terminal    TEXT PRIMARY KEY REFERENCES terminals(name),
  revision    INTEGER NOT NULL,
  settings    TEXT NOT NULL,               -- JSON object: what it runs
  refused     TEXT NOT NULL,               -- JSON object: why a value was not taken
  reported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
