-- Of SQLite's word index only.
SELECT 1;
