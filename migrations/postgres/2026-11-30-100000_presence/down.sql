DROP INDEX customers_first_owner;
ALTER TABLE customers DROP COLUMN first_owner_id;
ALTER TABLE users DROP COLUMN left_on;
