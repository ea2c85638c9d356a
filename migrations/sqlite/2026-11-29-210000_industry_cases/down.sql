ALTER TABLE contents DROP COLUMN industry;
