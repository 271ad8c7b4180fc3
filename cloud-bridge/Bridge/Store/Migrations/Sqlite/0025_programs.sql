-- Migration 25: keys of programs, and views that other systems read. A view's name carries its version: its columns stay as they are.
CREATE TABLE api_keys (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL,
  head         TEXT NOT NULL,            -- its first letters
  key_hash     BLOB NOT NULL UNIQUE, -- SHA-256; the key itself is nowhere
  resources    TEXT NOT NULL,            -- by commas
  sites        TEXT,                     -- JSON array; null: every site
  created_at   INTEGER NOT NULL,
  created_by   TEXT NOT NULL,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  revoked_by   TEXT,
  last_used_at INTEGER,
  last_address TEXT
) STRICT;

-- The calendar's days at the site's zone, since SQL cannot be asked for that in both databases; filled by the bridge.
CREATE TABLE site_days (
  day      TEXT PRIMARY KEY,        -- yyyy-MM-dd
  start_at INTEGER NOT NULL UNIQUE,
  until_at INTEGER NOT NULL
) STRICT;

CREATE VIEW v1_punches AS
SELECT p.id, p.terminal, p.ledger, p.seq, COALESCE(t.site, '') AS site, p.person, p.at AS at_ms, d.day, p.clock, p.uncertainty_ms, p.method, p.direction,
  p.received_at AS stored_at_ms, o.state AS delivery, o.delivered_at AS delivered_at_ms, CASE WHEN x.struck IS NULL THEN 1 ELSE 0 END AS counts, COALESCE(x.origin, 'recorded') AS origin
FROM punches p
JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = 'platform'
LEFT JOIN terminals t ON t.name = p.terminal
LEFT JOIN punch_effects x ON x.punch_id = p.id
LEFT JOIN site_days d ON d.start_at = (SELECT MAX(b.start_at) FROM site_days b WHERE b.start_at <= p.at) AND p.at < d.until_at;

-- What counts, by calendar day. Attendance days with night shifts and lateness are the API's: they need the plan.
CREATE VIEW v1_days AS
SELECT d.day, p.person, COALESCE(t.site, '') AS site, MIN(p.at) AS first_at_ms, MAX(p.at) AS last_at_ms, COUNT(*) AS punches
FROM site_days d
JOIN punches p ON p.at >= d.start_at AND p.at < d.until_at
LEFT JOIN terminals t ON t.name = p.terminal
LEFT JOIN punch_effects x ON x.punch_id = p.id
WHERE x.struck IS NULL
GROUP BY d.day, p.person, COALESCE(t.site, '');

CREATE VIEW v1_people AS
SELECT userid AS person, name, job_number, CASE WHEN active THEN 1 ELSE 0 END AS active, left_at AS left_at_ms FROM people;
CREATE VIEW v1_departments AS SELECT id, parent_id, name FROM departments WHERE removed_at IS NULL;
CREATE VIEW v1_people_departments AS SELECT userid AS person, department_id FROM people_departments;
CREATE VIEW v1_terminals AS
SELECT t.name AS terminal, COALESCE(t.site, '') AS site, CASE WHEN t.online THEN 1 ELSE 0 END AS online, t.last_seen_at AS last_seen_at_ms, COALESCE(c.stored, 0) AS stored,
  c.last_stored_at AS last_stored_at_ms
FROM terminals t LEFT JOIN terminal_counts c ON c.terminal = t.name WHERE NOT t.made;
