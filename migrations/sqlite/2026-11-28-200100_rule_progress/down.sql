ALTER TABLE rules ADD COLUMN lease BLOB;
ALTER TABLE rules ADD COLUMN lease_until INTEGER;
ALTER TABLE rules ADD COLUMN sweep_at INTEGER;
ALTER TABLE rules ADD COLUMN sweep_after BLOB;
ALTER TABLE rules ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
UPDATE rules SET turn = coalesce((SELECT p.turn FROM rule_progress p WHERE p.rule_id = rules.id), 0);
DROP TABLE rule_progress;
