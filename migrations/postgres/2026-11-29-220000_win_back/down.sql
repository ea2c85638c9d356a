DROP INDEX customers_cadence_excess;
DROP INDEX customers_win_back_on;
ALTER TABLE customers DROP COLUMN cadence_excess;
ALTER TABLE customers DROP COLUMN win_back_on;
