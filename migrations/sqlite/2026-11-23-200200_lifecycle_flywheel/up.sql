ALTER TABLE customers ADD COLUMN partner_rank TEXT;
ALTER TABLE customers ADD COLUMN lifecycle_manual INTEGER;
UPDATE customers SET lifecycle_manual = 1 WHERE lifecycle_stage IS NOT NULL;
ALTER TABLE entitlements ADD COLUMN key TEXT;

-- The present stay of a customer.
CREATE INDEX lifecycle_history_present ON lifecycle_history (customer_id) WHERE left_at IS NULL;

-- Sums of scores over the customers of an owner at the end of a day; the nil id stands for nobody.
CREATE TABLE score_totals (
    day TEXT NOT NULL,
    owner BLOB NOT NULL,
    score TEXT NOT NULL,
    n INTEGER NOT NULL,
    total REAL NOT NULL,
    PRIMARY KEY (day, owner, score)
) WITHOUT ROWID;
