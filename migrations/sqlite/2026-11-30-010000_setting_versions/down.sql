ALTER TABLE settings DROP COLUMN version;
