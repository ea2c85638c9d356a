-- Only SQLite's word index has segments.
SELECT 1;
