-- Why a contact has its four Rs, and what of it was counted where: what was added can be taken out again, exactly.
DROP TABLE contact_scores;
CREATE TABLE contact_scores (
    activity_id BLOB NOT NULL PRIMARY KEY REFERENCES activities (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    day TEXT NOT NULL,
    owner BLOB NOT NULL,
    grade INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    gap_days INTEGER,
    r1 INTEGER,
    r2 INTEGER,
    r3 INTEGER,
    r4 INTEGER,
    inputs TEXT NOT NULL,
    settings_version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX contact_scores_customer ON contact_scores (customer_id, day);
CREATE INDEX contact_scores_owner ON contact_scores (owner, day);

-- Sums of the above by day, owner and grade; scores in thousandths of a point. The nil id stands for nobody.
CREATE TABLE contact_totals (
    day TEXT NOT NULL,
    owner BLOB NOT NULL,
    grade INTEGER NOT NULL,
    contacts INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    r1_sum INTEGER NOT NULL,
    r1_n INTEGER NOT NULL,
    r2_sum INTEGER NOT NULL,
    r2_n INTEGER NOT NULL,
    r3_sum INTEGER NOT NULL,
    r3_n INTEGER NOT NULL,
    r4_sum INTEGER NOT NULL,
    r4_n INTEGER NOT NULL,
    PRIMARY KEY (day, owner, grade)
) WITHOUT ROWID;
