-- Migration 32: renewal of certificates, claims bound to a board, trust in roots as terminals tell it.
ALTER TABLE certificates ADD COLUMN renews TEXT;         -- serial of the certificate that it was given for; null: for a claim
ALTER TABLE certificates ADD COLUMN used_at INTEGER;     -- first seen in a connection
ALTER TABLE certificates ADD COLUMN retire_at INTEGER;   -- its successor is in use: good until then

ALTER TABLE claims ADD COLUMN board TEXT;                -- the only board that may use it, by its serial number
ALTER TABLE claims ADD COLUMN made_by TEXT;
ALTER TABLE claims ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE claims ADD COLUMN withdrawn_by TEXT;

ALTER TABLE terminals ADD COLUMN board TEXT;             -- serial number of its board, as its last request named it
ALTER TABLE terminals ADD COLUMN trust TEXT;             -- SHA-256 of the roots that it trusts, as it told, separated by blanks
ALTER TABLE terminals ADD COLUMN revoked_reason TEXT;
ALTER TABLE terminals ADD COLUMN revoked_by TEXT;

CREATE INDEX certificates_revoked ON certificates(revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_renewed ON certificates(renews) WHERE renews IS NOT NULL;
