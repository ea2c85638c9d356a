-- Only SQLite's word index takes words apart anew.
SELECT 1;
