-- Only SQLite's word index takes words apart anew and has segments.
SELECT 1;
