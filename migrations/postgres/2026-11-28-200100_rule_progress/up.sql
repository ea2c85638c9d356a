-- How far a rule has come: written by what carries it out, apart from what people decide, so that neither waits for the other.
CREATE TABLE rule_progress (
    rule_id UUID NOT NULL PRIMARY KEY REFERENCES rules (id),
    turn BIGINT NOT NULL,
    version BIGINT,
    lease UUID,
    lease_until TIMESTAMPTZ,
    sweep_at TIMESTAMPTZ,
    sweep_after UUID,
    stepped_at TIMESTAMPTZ
);
INSERT INTO rule_progress (rule_id, turn) SELECT id, turn FROM rules WHERE turn > 0;
ALTER TABLE rules DROP COLUMN turn;
ALTER TABLE rules DROP COLUMN sweep_after;
ALTER TABLE rules DROP COLUMN sweep_at;
ALTER TABLE rules DROP COLUMN lease_until;
ALTER TABLE rules DROP COLUMN lease;
