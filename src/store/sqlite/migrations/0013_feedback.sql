-- What became of sent mail, per topic. Recipients: soft bounces, delays, refusals of the provider, clicks, people, refusals by link.
ALTER TABLE topic ADD COLUMN soft_bounced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN delayed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN clicked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN opened_by_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN clicked_by_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN unsubscribed INTEGER NOT NULL DEFAULT 0;
-- How often, whoever it was, and how often it was a person as far as can be told.
ALTER TABLE topic ADD COLUMN opens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN opens_by_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN clicks_by_person INTEGER NOT NULL DEFAULT 0;
