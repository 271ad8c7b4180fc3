-- Migration 31: a withdrawal of the consent to face recognition erases faces only. A terminal that knows that is not told this leaving (and the
-- joining after it says the rest); an older one is, and erases cards and PIN too, as before.
ALTER TABLE roster_changes ADD COLUMN face_only INTEGER NOT NULL DEFAULT 0;
