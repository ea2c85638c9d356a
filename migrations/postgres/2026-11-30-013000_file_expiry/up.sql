ALTER TABLE files ADD COLUMN expires_at TIMESTAMPTZ;
ALTER TABLE files ADD COLUMN gone_at TIMESTAMPTZ;
CREATE INDEX files_expires ON files (expires_at) WHERE expires_at IS NOT NULL;
UPDATE files SET expires_at = now() + INTERVAL '30 days'
WHERE complete AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = files.id);
