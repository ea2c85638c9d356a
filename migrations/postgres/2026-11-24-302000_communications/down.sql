DROP TABLE communications;
DROP INDEX customers_website;
DROP INDEX customers_domain;
DROP INDEX contacts_domain;
DROP INDEX customers_phone_tail;
DROP INDEX contacts_phone_tail;
DROP INDEX contacts_wechat;
DROP INDEX contacts_external;
ALTER TABLE contacts DROP COLUMN external_key;
