-- Totals that are being counted anew: the subject is a pipeline, or nil for all days of the organisation.
CREATE TABLE recounts (
    subject UUID NOT NULL PRIMARY KEY,
    reason TEXT COLLATE "C" NOT NULL,
    begun_at TIMESTAMPTZ NOT NULL,
    percent DOUBLE PRECISION NOT NULL,
    progress JSONB NOT NULL
);
