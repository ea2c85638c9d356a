ALTER TABLE sessions ADD COLUMN previous_hash TEXT;
ALTER TABLE sessions ADD COLUMN spent_at TIMESTAMPTZ;
ALTER TABLE sessions ADD COLUMN unused_hashes TEXT;
