-- How far a rule has come: written by what carries it out, apart from what people decide, so that neither waits for the other.
CREATE TABLE rule_progress (
    rule_id BLOB NOT NULL PRIMARY KEY REFERENCES rules (id),
    turn INTEGER NOT NULL,
    version INTEGER,
    lease BLOB,
    lease_until INTEGER,
    sweep_at INTEGER,
    sweep_after BLOB,
    stepped_at INTEGER
);
INSERT INTO rule_progress (rule_id, turn) SELECT id, turn FROM rules WHERE turn > 0;
ALTER TABLE rules DROP COLUMN turn;
ALTER TABLE rules DROP COLUMN sweep_after;
ALTER TABLE rules DROP COLUMN sweep_at;
ALTER TABLE rules DROP COLUMN lease_until;
ALTER TABLE rules DROP COLUMN lease;
