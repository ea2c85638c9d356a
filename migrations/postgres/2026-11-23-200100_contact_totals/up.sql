-- Why a contact has its four Rs, and what of it was counted where: what was added can be taken out again, exactly.
DROP TABLE contact_scores;
CREATE TABLE contact_scores (
    activity_id UUID NOT NULL PRIMARY KEY REFERENCES activities (id),
    customer_id UUID NOT NULL REFERENCES customers (id),
    day DATE NOT NULL,
    owner UUID NOT NULL,
    grade BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    gap_days BIGINT,
    r1 BIGINT,
    r2 BIGINT,
    r3 BIGINT,
    r4 BIGINT,
    inputs JSONB NOT NULL,
    settings_version BIGINT NOT NULL
);
CREATE INDEX contact_scores_customer ON contact_scores (customer_id, day);
CREATE INDEX contact_scores_owner ON contact_scores (owner, day);

-- Sums of the above by day, owner and grade; scores in thousandths of a point. The nil id stands for nobody.
CREATE TABLE contact_totals (
    day DATE NOT NULL,
    owner UUID NOT NULL,
    grade BIGINT NOT NULL,
    contacts BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    r1_sum BIGINT NOT NULL,
    r1_n BIGINT NOT NULL,
    r2_sum BIGINT NOT NULL,
    r2_n BIGINT NOT NULL,
    r3_sum BIGINT NOT NULL,
    r3_n BIGINT NOT NULL,
    r4_sum BIGINT NOT NULL,
    r4_n BIGINT NOT NULL,
    PRIMARY KEY (day, owner, grade)
);
