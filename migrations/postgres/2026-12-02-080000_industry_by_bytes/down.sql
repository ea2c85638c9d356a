ALTER TABLE contents ALTER COLUMN industry TYPE TEXT COLLATE "default";
