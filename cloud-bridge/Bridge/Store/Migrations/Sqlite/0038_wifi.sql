-- Migration 38: what routers see of consenting people's phones.

-- What a site makes of it. Without a row: off.
CREATE TABLE wifi_policies (
  site        TEXT PRIMARY KEY,            -- empty for the main site
  policy      TEXT NOT NULL CHECK (policy IN ('off', 'evidence', 'punch')),
  set_at      INTEGER NOT NULL,
  set_by      TEXT NOT NULL,
  accepted_at INTEGER                      -- for punch: when somebody took it upon them that a phone is no person
) STRICT;

-- Terminals that are routers: they report and record nothing. The ledger is the bridge's own for punches made of their reports.
CREATE TABLE wifi_routers (
  router   TEXT PRIMARY KEY REFERENCES terminals(name),
  ledger   TEXT NOT NULL,
  ledger_at INTEGER NOT NULL,             -- when this ledger was begun: a restore of an older copy begins another
  added_at INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  last_at  INTEGER,                        -- of the last batch
  unknown  INTEGER NOT NULL DEFAULT 0      -- reports that were passed over: of no phone that counts there, or too old
) STRICT;

-- How far each spool has come. A router whose memory was cleared begins another.
CREATE TABLE wifi_spools (
  router   TEXT NOT NULL,
  spool    TEXT NOT NULL,
  through  INTEGER NOT NULL,
  lost     INTEGER NOT NULL DEFAULT 0,     -- numbers that never came
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  PRIMARY KEY (router, spool)
) STRICT;

-- One row a registration with its consent. Its end takes key and hint away; the rest stays as the record of the consent.
CREATE TABLE wifi_phones (
  id           INTEGER PRIMARY KEY,
  person       TEXT NOT NULL,
  site         TEXT NOT NULL,              -- where it counts; '*' for every site
  phone_key    TEXT,                       -- of the address with the bridge's salt: the address itself is nowhere
  hint         TEXT,                       -- its last two bytes, so that people can tell their phones apart
  private      INTEGER NOT NULL,           -- whether the address says of itself that it was made up
  text_version TEXT NOT NULL,
  channel      TEXT NOT NULL,
  given_at     INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  recorded_by  TEXT NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by TEXT
) STRICT;
CREATE INDEX wifi_phones_by_person ON wifi_phones(person, id);
CREATE UNIQUE INDEX wifi_phones_one_owner ON wifi_phones(phone_key) WHERE phone_key IS NOT NULL;

CREATE TABLE wifi_reports (
  id             INTEGER PRIMARY KEY,
  router         TEXT NOT NULL,
  spool          TEXT NOT NULL,
  seq            INTEGER NOT NULL,
  phone          INTEGER NOT NULL REFERENCES wifi_phones(id),
  person         TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('associated', 'present', 'disassociated')),
  at             INTEGER NOT NULL,
  uncertainty_ms INTEGER NOT NULL,         -- -1: not later than at, and nothing more is known
  received_at    INTEGER NOT NULL,
  UNIQUE (router, spool, seq)
) STRICT;
CREATE INDEX wifi_reports_by_person ON wifi_reports(person, at);
CREATE INDEX wifi_reports_by_age ON wifi_reports(received_at);
CREATE TRIGGER wifi_reports_no_update BEFORE UPDATE ON wifi_reports
BEGIN SELECT RAISE(ABORT, 'reports of routers are insert-only'); END;

-- Where a site makes punches of it: what one person's day has given so far.
CREATE TABLE wifi_days (
  person    TEXT NOT NULL,
  site      TEXT NOT NULL,
  day       TEXT NOT NULL,
  router    TEXT NOT NULL,                 -- that saw the phone last
  last_at   INTEGER NOT NULL,
  last_kind TEXT NOT NULL,
  in_at     INTEGER,
  out_at    INTEGER,
  punches   INTEGER NOT NULL DEFAULT 0,
  closed    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (person, site, day)
) STRICT;
CREATE INDEX wifi_days_open ON wifi_days(day) WHERE NOT closed;
