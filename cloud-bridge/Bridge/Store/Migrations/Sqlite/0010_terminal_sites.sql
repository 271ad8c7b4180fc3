-- Migration 10: a terminal's site is set, changed and renamed at the bridge.
-- What makes the revisions of one site's sealed records other ones than those of another site; empty for the first main site, whose terminals go on where they are.
ALTER TABLE site_heads ADD COLUMN salt TEXT NOT NULL DEFAULT '';

CREATE TABLE downlink_news (               -- grows with everything that an operator wishes of a terminal: the running bridge looks here
  id INTEGER PRIMARY KEY CHECK (id = 1),
  n  INTEGER NOT NULL
) STRICT;
INSERT INTO downlink_news (id, n) VALUES (1, 0);
