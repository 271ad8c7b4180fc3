-- Migration 39: several bridges on one database. Which node holds a terminal's connection, which nodes there are, and which writer takes
-- which part of the engine's stream. All of it is of the moment: no backup carries it, every start makes it anew.
CREATE TABLE bridge_nodes (
  node       TEXT COLLATE "C" PRIMARY KEY,
  role       TEXT COLLATE "C" NOT NULL,
  rules      TEXT NOT NULL,            -- what of its settings a stored punch depends on
  seen_at    BIGINT NOT NULL
);

CREATE TABLE terminal_places (
  terminal   TEXT COLLATE "C" PRIMARY KEY,
  node       TEXT COLLATE "C" NOT NULL,
  session    TEXT COLLATE "C" NOT NULL, -- this very connection
  placed_at  BIGINT NOT NULL
);
CREATE INDEX terminal_places_by_node ON terminal_places(node);
CREATE INDEX terminal_places_by_time ON terminal_places(placed_at);

CREATE TABLE engine_parts (
  part       BIGINT PRIMARY KEY,
  writer     TEXT COLLATE "C" NOT NULL,
  until_at   BIGINT NOT NULL           -- its lease
);
