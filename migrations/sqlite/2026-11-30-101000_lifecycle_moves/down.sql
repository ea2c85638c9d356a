DROP INDEX customers_stopped_on;
DROP INDEX customers_lifecycle_moved;
ALTER TABLE customers DROP COLUMN lifecycle_from;
ALTER TABLE customers DROP COLUMN lifecycle_on;
