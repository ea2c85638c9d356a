ALTER TABLE customers ADD COLUMN partner_rank TEXT COLLATE "C";
ALTER TABLE customers ADD COLUMN lifecycle_manual BOOLEAN;
UPDATE customers SET lifecycle_manual = TRUE WHERE lifecycle_stage IS NOT NULL;
ALTER TABLE entitlements ADD COLUMN key TEXT COLLATE "C";

-- The present stay of a customer.
CREATE INDEX lifecycle_history_present ON lifecycle_history (customer_id) WHERE left_at IS NULL;

-- Sums of scores over the customers of an owner at the end of a day; the nil id stands for nobody.
CREATE TABLE score_totals (
    day DATE NOT NULL,
    owner UUID NOT NULL,
    score TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    total DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (day, owner, score)
);
