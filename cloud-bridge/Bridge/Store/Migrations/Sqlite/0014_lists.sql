-- Migration 14: indexes for the pages that list the audit log, exceptions and people.
CREATE INDEX audit_by_actor ON audit(actor, id);
CREATE INDEX audit_by_action ON audit(action, id);
CREATE INDEX audit_by_time ON audit(at, id);
CREATE INDEX exceptions_open_by_code ON exceptions(source, code, last_at, id) WHERE resolved_at IS NULL;
CREATE INDEX exceptions_closed ON exceptions(resolved_at, id) WHERE resolved_at IS NOT NULL;
CREATE INDEX people_by_name ON people(name, userid);
