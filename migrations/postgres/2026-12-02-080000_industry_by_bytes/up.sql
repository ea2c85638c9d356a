-- Text compares by bytes, so that it has the same order in memory, in both databases and in cursors.
ALTER TABLE contents ALTER COLUMN industry TYPE TEXT COLLATE "C";
