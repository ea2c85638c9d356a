ALTER TABLE customers ADD COLUMN lifecycle_on TEXT;
ALTER TABLE customers ADD COLUMN lifecycle_from TEXT;
-- Of those who moved; since when the others stand where they are is filled in as they are scored.
UPDATE customers SET lifecycle_on = (SELECT date(h.entered_at / 1000000, 'unixepoch', '+8 hours') FROM lifecycle_history h
    WHERE h.customer_id = customers.id AND h.left_at IS NULL),
    lifecycle_from = (SELECT b.stage FROM lifecycle_history b JOIN lifecycle_history h ON h.customer_id = b.customer_id
    AND h.entered_at = b.left_at WHERE b.customer_id = customers.id AND h.left_at IS NULL)
    WHERE id IN (SELECT customer_id FROM lifecycle_history WHERE left_at IS NOT NULL);
-- What moved, with the columns of the report, so that counting reads nothing else; a first stage is no move.
CREATE INDEX customers_lifecycle_moved ON customers (lifecycle_on, lifecycle_from, lifecycle_stage, owner_id)
    WHERE archived_at IS NULL AND lifecycle_from IS NOT NULL;
CREATE INDEX customers_stopped_on ON customers (invest_stopped_on, lifecycle_stage, owner_id)
    WHERE archived_at IS NULL AND invest_stopped_on IS NOT NULL;
