DROP INDEX events_key;
ALTER TABLE events DROP COLUMN key_id;
