CREATE TABLE notifications (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    object TEXT,
    subject BLOB,
    params TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    read_at INTEGER
);
CREATE UNIQUE INDEX notifications_once ON notifications (user_id, dedupe_key);
CREATE INDEX notifications_user ON notifications (user_id, seq);
CREATE INDEX notifications_unread ON notifications (user_id, seq) WHERE read_at IS NULL;
CREATE INDEX notifications_created ON notifications (created_at);

CREATE TABLE notification_preferences (
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    in_app INTEGER NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;

-- Mail to be sent.
CREATE TABLE mails (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    lease_until INTEGER,
    error TEXT,
    finished_at INTEGER
);
CREATE UNIQUE INDEX mails_once ON mails (dedupe_key);
CREATE INDEX mails_due ON mails (next_at) WHERE state = 'waiting';
CREATE INDEX mails_state ON mails (state, created_at);
