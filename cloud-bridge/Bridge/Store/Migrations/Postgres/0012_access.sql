-- Migration 12: what accounts may do and see, their sessions and second factors, sign-in by others, and which people a site sees.

ALTER TABLE accounts ADD COLUMN every_site BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN email TEXT;
ALTER TABLE accounts ADD COLUMN totp_key BYTEA;         -- sealed; asked for once totp_since is set
ALTER TABLE accounts ADD COLUMN totp_since BIGINT;
ALTER TABLE accounts ADD COLUMN totp_step BIGINT;     -- the last time step whose code was taken: no code is taken twice
-- An account that is older than roles could do everything, and keeps it: nobody is locked out.
UPDATE accounts SET every_site = TRUE;

CREATE TABLE account_roles (
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts(name),
  role    TEXT COLLATE "C" NOT NULL CHECK (role IN ('hr', 'manager', 'operator', 'auditor', 'admin')),
  PRIMARY KEY (account, role)
);
INSERT INTO account_roles (account, role) SELECT name, 'hr' FROM accounts;
INSERT INTO account_roles (account, role) SELECT name, 'operator' FROM accounts;
INSERT INTO account_roles (account, role) SELECT name, 'auditor' FROM accounts;
INSERT INTO account_roles (account, role) SELECT name, 'admin' FROM accounts;

CREATE TABLE account_sites (               -- where every_site is false; '' is the main site
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts(name),
  site    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account, site)
);

CREATE TABLE account_codes (               -- recovery codes, each for one use
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts(name),
  hash    TEXT COLLATE "C" NOT NULL,                   -- SHA-256, hex
  used_at BIGINT,
  PRIMARY KEY (account, hash)
);

CREATE TABLE account_links (               -- who is whom at an identity provider
  provider  TEXT COLLATE "C" NOT NULL,                 -- dingtalk, oidc
  issuer    TEXT COLLATE "C" NOT NULL,
  subject   TEXT COLLATE "C" NOT NULL,
  account   TEXT COLLATE "C" NOT NULL REFERENCES accounts(name),
  linked_at BIGINT NOT NULL,
  linked_by TEXT NOT NULL,
  PRIMARY KEY (provider, issuer, subject)
);
CREATE INDEX account_links_by_account ON account_links(account);

CREATE TABLE sessions (
  id         TEXT COLLATE "C" PRIMARY KEY,             -- SHA-256 of what the cookie holds, hex: the store opens no session
  account    TEXT COLLATE "C" NOT NULL REFERENCES accounts(name),
  method     TEXT NOT NULL,                -- password, dingtalk, oidc
  second     TEXT,                         -- totp, recovery; null without
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  address    TEXT,
  agent      TEXT,
  ended_at   BIGINT,
  ended_by   TEXT
);
CREATE INDEX sessions_by_account ON sessions(account, created_at);

CREATE TABLE people_terminals (            -- where a person was ever seen: one row, however many punches
  person   TEXT COLLATE "C" NOT NULL,
  terminal TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (person, terminal)
);
INSERT INTO people_terminals (person, terminal) SELECT DISTINCT person, terminal FROM punches;

CREATE TABLE people_sites (                -- people assigned to a site by hand
  person      TEXT COLLATE "C" NOT NULL,
  site        TEXT COLLATE "C" NOT NULL,
  assigned_at BIGINT NOT NULL,
  assigned_by TEXT NOT NULL,
  PRIMARY KEY (person, site)
);
