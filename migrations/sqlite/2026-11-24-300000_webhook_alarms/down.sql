ALTER TABLE webhooks DROP COLUMN gave_up_at;
ALTER TABLE webhooks DROP COLUMN alarmed_at;
