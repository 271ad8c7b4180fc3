-- Migration 12: what accounts may do and see, their sessions and second factors, sign-in by others, and which people a site sees.

ALTER TABLE accounts ADD COLUMN every_site INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN email TEXT;
ALTER TABLE accounts ADD COLUMN totp_key BLOB;         -- sealed; asked for once totp_since is set
ALTER TABLE accounts ADD COLUMN totp_since INTEGER;
ALTER TABLE accounts ADD COLUMN totp_step INTEGER;     -- the last time step whose code was taken: no code is taken twice
-- An account that is older than roles could do everything, and keeps it: nobody is locked out.
UPDATE accounts SET every_site = 1;

CREATE TABLE account_roles (
  account TEXT NOT NULL REFERENCES accounts(name),
  role    TEXT NOT NULL CHECK (role IN ('hr', 'manager', 'operator', 'auditor', 'admin')),
  PRIMARY KEY (account, role)
) STRICT, WITHOUT ROWID;
INSERT INTO account_roles (account, role) SELECT name, 'hr' FROM accounts;
INSERT INTO account_roles (account, role) SELECT name, 'operator' FROM accounts;
INSERT INTO account_roles (account, role) SELECT name, 'auditor' FROM accounts;
INSERT INTO account_roles (account, role) SELECT name, 'admin' FROM accounts;

CREATE TABLE account_sites (               -- where every_site is false; '' is the main site
  account TEXT NOT NULL REFERENCES accounts(name),
  site    TEXT NOT NULL,
  PRIMARY KEY (account, site)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_codes (               -- recovery codes, each for one use
  account TEXT NOT NULL REFERENCES accounts(name),
  hash    TEXT NOT NULL,                   -- SHA-256, hex
  used_at INTEGER,
  PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_links (               -- who is whom at an identity provider
  provider  TEXT NOT NULL,                 -- dingtalk, oidc
  issuer    TEXT NOT NULL,
  subject   TEXT NOT NULL,
  account   TEXT NOT NULL REFERENCES accounts(name),
  linked_at INTEGER NOT NULL,
  linked_by TEXT NOT NULL,
  PRIMARY KEY (provider, issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_links_by_account ON account_links(account);

CREATE TABLE sessions (
  id         TEXT PRIMARY KEY,             -- SHA-256 of what the cookie holds, hex: the store opens no session
  account    TEXT NOT NULL REFERENCES accounts(name),
  method     TEXT NOT NULL,                -- password, dingtalk, oidc
  second     TEXT,                         -- totp, recovery; null without
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  address    TEXT,
  agent      TEXT,
  ended_at   INTEGER,
  ended_by   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions(account, created_at);

CREATE TABLE people_terminals (            -- where a person was ever seen: one row, however many punches
  person   TEXT NOT NULL,
  terminal TEXT NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;
INSERT INTO people_terminals (person, terminal) SELECT DISTINCT person, terminal FROM punches;

CREATE TABLE people_sites (                -- people assigned to a site by hand
  person      TEXT NOT NULL,
  site        TEXT NOT NULL,
  assigned_at INTEGER NOT NULL,
  assigned_by TEXT NOT NULL,
  PRIMARY KEY (person, site)
) STRICT, WITHOUT ROWID;
