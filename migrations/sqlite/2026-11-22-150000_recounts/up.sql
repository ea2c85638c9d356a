-- Totals that are being counted anew: the subject is a pipeline, or nil for all days of the organisation.
CREATE TABLE recounts (
    subject BLOB NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    percent REAL NOT NULL,
    progress TEXT NOT NULL
);
