-- Migration 31: a withdrawal of the consent to face recognition erases faces only. A terminal that knows that is not told this leaving (and the
-- joining after it says the rest); an older one is, and erases cards and PIN too, as before.
ALTER TABLE roster_changes ADD COLUMN face_only BOOLEAN NOT NULL DEFAULT FALSE;

-- The order of names as a reader expects it: sort keys of the Unicode collation, English and Chinese (pinyin), as hex, so that both databases
-- order alike and a page can go on exactly where the one before ended. Filled at the start; NULL until then.
ALTER TABLE people ADD COLUMN order_en TEXT COLLATE "C";
ALTER TABLE people ADD COLUMN order_zh TEXT COLLATE "C";
CREATE INDEX people_by_order_en ON people(order_en, userid);
CREATE INDEX people_by_order_zh ON people(order_zh, userid);
