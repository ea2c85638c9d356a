DROP INDEX rule_versions_published_key;
ALTER TABLE rule_versions DROP COLUMN published_key_id;
DROP INDEX rules_published_key;
ALTER TABLE rules DROP COLUMN published_key_id;
DROP INDEX webhooks_key;
ALTER TABLE webhooks DROP COLUMN api_key_id;
