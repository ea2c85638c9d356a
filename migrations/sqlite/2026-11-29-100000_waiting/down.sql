DROP INDEX customers_waiting_since;
DROP INDEX customers_waiting;
ALTER TABLE customers DROP COLUMN waiting_since;
