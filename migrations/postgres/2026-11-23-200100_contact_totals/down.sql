DROP TABLE contact_totals;
DROP TABLE contact_scores;
CREATE TABLE contact_scores (
    activity_id UUID NOT NULL PRIMARY KEY REFERENCES activities (id),
    inputs JSONB NOT NULL,
    settings_version BIGINT NOT NULL
);
