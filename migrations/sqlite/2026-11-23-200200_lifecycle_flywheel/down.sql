DROP TABLE score_totals;
DROP INDEX lifecycle_history_present;
ALTER TABLE entitlements DROP COLUMN key;
ALTER TABLE customers DROP COLUMN lifecycle_manual;
ALTER TABLE customers DROP COLUMN partner_rank;
