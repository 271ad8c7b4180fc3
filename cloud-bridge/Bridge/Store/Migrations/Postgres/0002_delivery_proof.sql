-- Migration 2: what the platform's record list proves (it answers success for some punches that it does not record).
ALTER TABLE outbox ADD COLUMN checks BIGINT NOT NULL DEFAULT 0;  -- lookups without a trace since it was last sent
ALTER TABLE outbox ADD COLUMN next_check_at BIGINT;
ALTER TABLE outbox ADD COLUMN proved_at BIGINT;
ALTER TABLE outbox ADD COLUMN platform_record TEXT;               -- the platform's own row: proves one punch only
ALTER TABLE outbox ADD COLUMN platform_note TEXT;                 -- why the platform does not count that row
CREATE UNIQUE INDEX outbox_platform_record ON outbox(platform_record) WHERE platform_record IS NOT NULL;
CREATE INDEX outbox_unproved ON outbox(delivered_at) WHERE state = 'delivered' AND proved_at IS NULL;
