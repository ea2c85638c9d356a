-- When people were told that an endpoint keeps failing, and that a delivery to it was given up; none while it works.
ALTER TABLE webhooks ADD COLUMN alarmed_at INTEGER;
ALTER TABLE webhooks ADD COLUMN gave_up_at INTEGER;
