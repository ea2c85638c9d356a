-- PostgreSQL compares a list as it is.
SELECT 1;
