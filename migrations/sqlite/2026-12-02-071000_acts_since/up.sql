-- Since when a rule has acted without a break: what happened before is not for it, however late the log is read.
ALTER TABLE rules ADD COLUMN acts_since INTEGER;
UPDATE rules SET acts_since = published_at WHERE number = 1;
