-- Whose business a case is about: customers of the growth tier are sent those of their industry.
ALTER TABLE contents ADD COLUMN industry TEXT;
