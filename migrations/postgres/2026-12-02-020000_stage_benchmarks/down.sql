ALTER TABLE pipeline_stages DROP COLUMN benchmark;
