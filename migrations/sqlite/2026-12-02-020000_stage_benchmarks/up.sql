ALTER TABLE pipeline_stages ADD COLUMN benchmark REAL;
