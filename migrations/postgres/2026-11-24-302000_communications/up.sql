-- What is known of people by their addresses, found by index: the last eight digits of a phone, the domain of an
-- address, the identity in another system.
ALTER TABLE contacts ADD COLUMN external_key TEXT COLLATE "C";
CREATE INDEX contacts_external ON contacts (external_key) WHERE external_key IS NOT NULL;
CREATE INDEX contacts_wechat ON contacts (wechat) WHERE wechat IS NOT NULL;
CREATE INDEX contacts_phone_tail ON contacts ((right(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), 8))) WHERE phone IS NOT NULL;
CREATE INDEX customers_phone_tail ON customers ((right(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), 8))) WHERE phone IS NOT NULL;
CREATE INDEX contacts_domain ON contacts ((split_part(email, '@', 2))) WHERE email IS NOT NULL;
CREATE INDEX customers_domain ON customers ((split_part(email, '@', 2))) WHERE email IS NOT NULL;
CREATE INDEX customers_website ON customers ((lower(website))) WHERE website IS NOT NULL;

-- Calls, mails and messages that came over the API: with whom they were, and what they were attached to.
CREATE TABLE communications (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    external_key TEXT COLLATE "C" NOT NULL,
    activity_id UUID NOT NULL REFERENCES activities (id),
    direction TEXT COLLATE "C" NOT NULL,
    addresses JSONB NOT NULL,
    candidates JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    decided_by UUID REFERENCES users (id),
    decided_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX communications_once ON communications (source, external_key);
CREATE UNIQUE INDEX communications_activity ON communications (activity_id);
CREATE INDEX communications_open ON communications (id) WHERE state IN ('ambiguous', 'unmatched');
CREATE INDEX communications_decided ON communications (decided_by) WHERE decided_by IS NOT NULL;
