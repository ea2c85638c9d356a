-- What people say about a record, and the files that belong to it. They are seen by whoever sees the record.
CREATE TABLE comments (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    body TEXT NOT NULL,
    mentions TEXT NOT NULL
);
CREATE INDEX comments_record ON comments (record_id, id);
CREATE INDEX comments_created_by ON comments (created_by, id);

CREATE TABLE attachments (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    file_id BLOB NOT NULL REFERENCES files (id),
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL
);
CREATE INDEX attachments_record ON attachments (record_id, id);
CREATE INDEX attachments_created_by ON attachments (created_by, id);
CREATE INDEX attachments_file ON attachments (file_id);
