DROP TABLE merge_moves;
DROP TABLE merges;
DROP TABLE list_members;
DROP INDEX contacts_merged_into;
DROP INDEX customers_merged_into;
ALTER TABLE contacts DROP COLUMN merged_into_id;
ALTER TABLE customers DROP COLUMN merged_into_id;
