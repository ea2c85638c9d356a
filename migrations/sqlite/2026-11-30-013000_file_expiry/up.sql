ALTER TABLE files ADD COLUMN expires_at INTEGER;
ALTER TABLE files ADD COLUMN gone_at INTEGER;
CREATE INDEX files_expires ON files (expires_at) WHERE expires_at IS NOT NULL;
UPDATE files SET expires_at = CAST(strftime('%s', 'now', '+30 days') AS INTEGER) * 1000000
WHERE complete AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = files.id);
