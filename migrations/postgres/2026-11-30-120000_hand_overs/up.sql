-- What somebody who leaves holds, being handed to others: one at a time for a person.
CREATE TABLE hand_overs (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    user_id UUID NOT NULL REFERENCES users (id),
    state TEXT COLLATE "C" NOT NULL,
    setup JSONB NOT NULL,
    progress JSONB NOT NULL,
    finished_at TIMESTAMPTZ,
    error TEXT COLLATE "C"
);
CREATE INDEX hand_overs_user ON hand_overs (user_id, id);
CREATE INDEX hand_overs_created_by ON hand_overs (created_by);
CREATE UNIQUE INDEX hand_overs_open ON hand_overs (user_id) WHERE finished_at IS NULL;

-- Customers are found by who stands in their account team.
INSERT INTO record_links (object, field, target, record_id) SELECT 'customers', 'account_team_ids', j.value::uuid, c.id FROM customers c, jsonb_array_elements_text(c.account_team_ids) AS j (value) WHERE jsonb_typeof(c.account_team_ids) = 'array' ON CONFLICT DO NOTHING;
