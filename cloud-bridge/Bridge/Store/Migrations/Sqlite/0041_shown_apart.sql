-- Migration 41: what pages have shown is counted apart from what came. Both stood in one row a terminal; where one process stores and another shows,
-- their transactions would wait for each other's rows. What was counted before stays where it is and is added.
CREATE TABLE terminal_shown (
  terminal TEXT PRIMARY KEY,
  shown    INTEGER NOT NULL
) STRICT;
