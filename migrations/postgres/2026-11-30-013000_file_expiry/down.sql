DROP INDEX files_expires;
ALTER TABLE files DROP COLUMN gone_at;
ALTER TABLE files DROP COLUMN expires_at;
