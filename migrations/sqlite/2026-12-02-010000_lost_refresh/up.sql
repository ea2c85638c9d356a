ALTER TABLE sessions ADD COLUMN previous_hash TEXT;
ALTER TABLE sessions ADD COLUMN spent_at INTEGER;
ALTER TABLE sessions ADD COLUMN unused_hashes TEXT;
