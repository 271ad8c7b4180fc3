-- Migration 20: what operators wish of terminals' settings, in layers, and commands with their signature. The tables of migration 8 were never written to.
DROP TABLE config_wishes;
DROP TABLE config_reports;
DROP TABLE commands;

CREATE TABLE config_layers (               -- for all terminals, for those of a site, for one; the narrower counts more
  scope      TEXT NOT NULL CHECK (scope IN ('all', 'site', 'terminal')),
  name       TEXT NOT NULL,                -- empty for all; the site's name, empty for the main one; the terminal's
  revision   BIGINT NOT NULL,             -- from one count for all layers
  settings   TEXT NOT NULL,                -- JSON object, keys in order
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (scope, name)
);

CREATE TABLE config_reports (              -- what each terminal made of it
  terminal    TEXT PRIMARY KEY REFERENCES terminals(name),
  revision    BIGINT NOT NULL,
  digest      TEXT NOT NULL,
  report      TEXT NOT NULL,               -- JSON as told: in force, refused and why, at the next start
  reported_at BIGINT NOT NULL
);

CREATE TABLE commands (
  id          TEXT PRIMARY KEY,
  terminal    TEXT NOT NULL REFERENCES terminals(name),
  kind        TEXT NOT NULL,
  arguments   TEXT NOT NULL,               -- JSON object
  issued_at   BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  issued_by   TEXT NOT NULL,
  envelope    TEXT NOT NULL,               -- JSON as it goes down: signed when it was issued, since the key is not in this store
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'accepted', 'done', 'refused', 'unsure', 'expired', 'withdrawn')),
  code        TEXT,
  message     TEXT,                        -- what the terminal said
  attachment  TEXT,                        -- a collected log
  changed_at  BIGINT NOT NULL
);
CREATE INDEX commands_open ON commands(terminal, issued_at) WHERE state IN ('waiting', 'sent', 'accepted');
CREATE INDEX commands_by_terminal ON commands(terminal, issued_at);
CREATE INDEX commands_logs ON commands(changed_at) WHERE attachment IS NOT NULL;
