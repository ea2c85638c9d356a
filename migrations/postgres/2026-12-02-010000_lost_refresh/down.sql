ALTER TABLE sessions DROP COLUMN unused_hashes;
ALTER TABLE sessions DROP COLUMN spent_at;
ALTER TABLE sessions DROP COLUMN previous_hash;
