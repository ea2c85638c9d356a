DROP TABLE contact_totals;
DROP TABLE contact_scores;
CREATE TABLE contact_scores (
    activity_id BLOB NOT NULL PRIMARY KEY REFERENCES activities (id),
    inputs TEXT NOT NULL,
    settings_version INTEGER NOT NULL
) WITHOUT ROWID;
