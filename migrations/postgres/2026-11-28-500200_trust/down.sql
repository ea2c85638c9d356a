DROP TABLE solutions;
DROP TABLE trials;
ALTER TABLE customers DROP COLUMN screening_reason;
ALTER TABLE customers DROP COLUMN screening;
