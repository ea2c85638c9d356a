-- SQLite compares all text by bytes.
SELECT 1;
