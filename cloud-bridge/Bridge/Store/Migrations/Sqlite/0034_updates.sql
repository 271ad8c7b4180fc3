-- Migration 34: which versions terminals are to run, stage by stage, and what each made of it.
CREATE TABLE rollouts (
  id             TEXT PRIMARY KEY,
  kind           TEXT NOT NULL CHECK (kind IN ('agent', 'models', 'firmware')),
  name           TEXT NOT NULL,
  version        TEXT NOT NULL,
  stages         TEXT NOT NULL,               -- JSON array of percentages that grow
  stage          INTEGER NOT NULL,             -- index into it
  stage_at       INTEGER NOT NULL,             -- since when
  soak_minutes   INTEGER NOT NULL,             -- shortest stay in a stage
  abort_percent  INTEGER NOT NULL,             -- more than this share failed of those that began: stop
  silent_minutes INTEGER NOT NULL,             -- on trial for longer without a word counts as failed
  site           TEXT,                        -- only terminals of that site, empty for the main one; null for all
  terminals      TEXT,                        -- JSON array: only these; null for all
  enrol_again    INTEGER NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'cancelled', 'done')),
  reason         TEXT,
  created_at     INTEGER NOT NULL,
  created_by     TEXT NOT NULL,
  changed_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rollout_terminals (              -- who is in a rollout; only ever added to
  rollout    TEXT NOT NULL REFERENCES rollouts(id),
  terminal   TEXT NOT NULL REFERENCES terminals(name),
  state      TEXT NOT NULL,                   -- as the terminal told: waiting, downloading, ready, trial, confirmed, rolled-back, refused
  code       TEXT,
  message    TEXT,
  percent    INTEGER NOT NULL,
  begun_at   INTEGER,                          -- when it was started on trial, or ended without
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (rollout, terminal)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollout_terminals_by_terminal ON rollout_terminals(terminal);

CREATE TABLE update_reports (                 -- the last word of each terminal
  terminal    TEXT PRIMARY KEY REFERENCES terminals(name),
  report      TEXT NOT NULL,                  -- JSON as told: what runs, slot, progress, recovery
  reported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
