-- Migration 7. What changed in the roster, what events say has to be read again, and the site's plans as they were in force.

-- One counter for all changes. Its row is locked until the commit, so revisions become visible in their order.
CREATE TABLE roster_state (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL
) STRICT;

-- Each row is the whole person after the change: the last one of a person is how it is now, earlier ones how it was.
CREATE TABLE roster_changes (
  revision    INTEGER PRIMARY KEY,
  userid      TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('join', 'change', 'leave')),
  name        TEXT NOT NULL,
  job_number  TEXT,
  departments TEXT NOT NULL,            -- ids by commas
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX roster_changes_by_person ON roster_changes(userid, revision);

INSERT INTO roster_changes (revision, userid, kind, name, job_number, departments, at)
SELECT ROW_NUMBER() OVER (ORDER BY p.first_seen_at, p.userid), p.userid, CASE WHEN p.active THEN 'join' ELSE 'leave' END, p.name, p.job_number,
  COALESCE((SELECT group_concat(d.department_id, ',') FROM people_departments d WHERE d.userid = p.userid), ''), COALESCE(p.left_at, p.first_seen_at)
FROM people p;
INSERT INTO roster_state (id, revision) SELECT 1, COALESCE(MAX(revision), 0) FROM roster_changes;

-- An event only says that somebody has to be asked about again.
CREATE TABLE roster_marks (
  kind       TEXT NOT NULL CHECK (kind IN ('person', 'department', 'all')),
  id         TEXT NOT NULL,
  expect     TEXT NOT NULL CHECK (expect IN ('here', 'gone', 'any')),
  generation INTEGER NOT NULL,          -- grows with each event: a reading settles only what it began with
  attempts   INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  marked_at  INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX roster_marks_due ON roster_marks(due_at);

CREATE INDEX people_left ON people(left_at) WHERE left_at IS NOT NULL;
CREATE INDEX exceptions_by_cause ON exceptions(cause);

-- The plan file each time it said something new; a day follows the plan that was in force on it.
CREATE TABLE site_plans (
  id         INTEGER PRIMARY KEY,
  valid_from TEXT NOT NULL,             -- yyyy-mm-dd at the site
  content    TEXT NOT NULL,
  loaded_at  INTEGER NOT NULL
) STRICT;
