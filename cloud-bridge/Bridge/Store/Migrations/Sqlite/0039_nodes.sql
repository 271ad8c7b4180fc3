-- Migration 39: several bridges on one database. Which node holds a terminal's connection, which nodes there are, and which writer takes
-- which part of the engine's stream. All of it is of the moment: no backup carries it, every start makes it anew. (Nodes need PostgreSQL; the
-- tables stand here so that both databases have one schema.)
CREATE TABLE bridge_nodes (
  node       TEXT PRIMARY KEY,
  role       TEXT NOT NULL,
  rules      TEXT NOT NULL,            -- what of its settings a stored punch depends on
  seen_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE terminal_places (
  terminal   TEXT PRIMARY KEY,
  node       TEXT NOT NULL,
  session    TEXT NOT NULL,            -- this very connection
  placed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX terminal_places_by_node ON terminal_places(node);
CREATE INDEX terminal_places_by_time ON terminal_places(placed_at);

CREATE TABLE engine_parts (
  part       INTEGER PRIMARY KEY,
  writer     TEXT NOT NULL,
  until_at   INTEGER NOT NULL          -- its lease
) STRICT;
