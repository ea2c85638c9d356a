DROP INDEX customers_unanswered;
DROP INDEX customers_waiting;
ALTER TABLE customers DROP COLUMN unanswered_at;
