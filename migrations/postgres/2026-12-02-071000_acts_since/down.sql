ALTER TABLE rules DROP COLUMN acts_since;
