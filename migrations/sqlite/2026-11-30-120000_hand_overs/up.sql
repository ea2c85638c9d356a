-- What somebody who leaves holds, being handed to others: one at a time for a person.
CREATE TABLE hand_overs (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB REFERENCES users (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    state TEXT NOT NULL,
    setup TEXT NOT NULL,
    progress TEXT NOT NULL,
    finished_at INTEGER,
    error TEXT
);
CREATE INDEX hand_overs_user ON hand_overs (user_id, id);
CREATE INDEX hand_overs_created_by ON hand_overs (created_by);
CREATE UNIQUE INDEX hand_overs_open ON hand_overs (user_id) WHERE finished_at IS NULL;

-- Customers are found by who stands in their account team.
INSERT OR IGNORE INTO record_links (object, field, target, record_id) SELECT 'customers', 'account_team_ids', unhex(replace(j.value, '-', '')), c.id FROM customers c, json_each(c.account_team_ids) j WHERE c.account_team_ids IS NOT NULL;
