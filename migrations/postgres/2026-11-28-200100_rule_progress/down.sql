ALTER TABLE rules ADD COLUMN lease UUID;
ALTER TABLE rules ADD COLUMN lease_until TIMESTAMPTZ;
ALTER TABLE rules ADD COLUMN sweep_at TIMESTAMPTZ;
ALTER TABLE rules ADD COLUMN sweep_after UUID;
ALTER TABLE rules ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
UPDATE rules SET turn = coalesce((SELECT p.turn FROM rule_progress p WHERE p.rule_id = rules.id), 0);
DROP TABLE rule_progress;
