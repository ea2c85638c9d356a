-- When the words of a comment were last changed; taking it back and restoring it are no such changes.
ALTER TABLE comments ADD COLUMN edited_at TIMESTAMPTZ;
