-- What grade customers had at a time, without reading what it was made of.
CREATE INDEX score_snapshots_grade ON score_snapshots (subject, at, band) WHERE model = 'grade';
-- Whoever was archived left with that, on a day of the time zone that organisations begin with.
UPDATE users SET left_on = greatest((archived_at AT TIME ZONE 'Asia/Shanghai')::date, hired_on)
WHERE archived_at IS NOT NULL AND status = 'active' AND left_on IS NULL;
