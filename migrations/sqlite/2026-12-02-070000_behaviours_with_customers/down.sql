-- Whose they were before is not known.
SELECT 1;
