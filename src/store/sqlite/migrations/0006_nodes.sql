-- Several nodes: what each says of itself, who stages what, who does the housekeeping, the shared rate.
ALTER TABLE incarnation ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN version TEXT NOT NULL DEFAULT '';
-- Since when it starts nothing new.
ALTER TABLE incarnation ADD COLUMN draining_at INTEGER;

-- The incarnation that writes it over several turns; nobody sees it before the last.
ALTER TABLE message ADD COLUMN staged_by INTEGER;

-- Where the store went: it was transferred away and must not send.
ALTER TABLE installation ADD COLUMN moved_to TEXT;
-- Bulk alone is held: the last commits may be lacking.
ALTER TABLE installation ADD COLUMN bulk_held_since INTEGER;
ALTER TABLE installation ADD COLUMN bulk_held_why TEXT;
