CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    complete INTEGER NOT NULL
);
CREATE INDEX files_created_by ON files (created_by, created_at);

CREATE TABLE file_chunks (
    file_id BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (file_id, position)
);

CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    state TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    lease BLOB,
    lease_until INTEGER,
    attempts INTEGER NOT NULL,
    error TEXT,
    finished_at INTEGER
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE finished_at IS NULL;
CREATE INDEX jobs_subject ON jobs (subject);

CREATE TABLE imports (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB REFERENCES users (id),
    object TEXT NOT NULL,
    file_id BLOB NOT NULL REFERENCES files (id),
    state TEXT NOT NULL,
    setup TEXT NOT NULL,
    progress TEXT NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    error TEXT
);
CREATE INDEX imports_created_by ON imports (created_by, created_at, id);
CREATE INDEX imports_created ON imports (created_at, id);
CREATE INDEX imports_file ON imports (file_id);

CREATE TABLE import_issues (
    import_id BLOB NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    column_name TEXT,
    field TEXT,
    code TEXT NOT NULL,
    detail TEXT,
    value TEXT,
    rejected INTEGER NOT NULL,
    PRIMARY KEY (import_id, position)
);

CREATE TABLE exports (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB REFERENCES users (id),
    object TEXT NOT NULL,
    state TEXT NOT NULL,
    setup TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    file_id BLOB REFERENCES files (id),
    finished_at INTEGER,
    error TEXT
);
CREATE INDEX exports_created_by ON exports (created_by, created_at, id);
CREATE INDEX exports_file ON exports (file_id);
