-- Migration 27: what a webhook's receiver answered, call by call, for a while. No reference: a row outlives what retention takes away.
CREATE TABLE delivery_log (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  target   TEXT NOT NULL,
  punch_id INTEGER,                -- null: a test, which carries no punch
  message  TEXT NOT NULL,          -- webhook-id
  at       INTEGER NOT NULL,
  took_ms  INTEGER NOT NULL,
  taken    INTEGER NOT NULL,
  code     TEXT,                   -- the HTTP status, where one came
  reason   TEXT,
  excerpt  TEXT                    -- the beginning of what a refusal said
) STRICT;
CREATE INDEX delivery_log_by_target ON delivery_log(target, id);
CREATE INDEX delivery_log_taken ON delivery_log(target, at) WHERE taken;
