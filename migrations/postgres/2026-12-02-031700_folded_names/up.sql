-- Names as they are looked for, whatever their width, case and blanks, so that what a file names is found by index. The
-- first blank of each expression is the usual one, the second as wide as a Han character, the third one that does not break.
CREATE INDEX customers_name_folded ON customers ((lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, ' ', ''), '　', ''), ' ', ''), '（', '('), '）', ')'), '－', '-'), '，', ','), '．', '.'), '＆', '&')))) WHERE archived_at IS NULL;
CREATE INDEX customers_short_name_folded ON customers ((lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(short_name, ' ', ''), '　', ''), ' ', ''), '（', '('), '）', ')'), '－', '-'), '，', ','), '．', '.'), '＆', '&')))) WHERE archived_at IS NULL AND short_name IS NOT NULL;
CREATE INDEX contacts_name_folded ON contacts ((lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, ' ', ''), '　', ''), ' ', ''), '（', '('), '）', ')'), '－', '-'), '，', ','), '．', '.'), '＆', '&')))) WHERE archived_at IS NULL;
CREATE INDEX opportunities_name_folded ON opportunities ((lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, ' ', ''), '　', ''), ' ', ''), '（', '('), '）', ')'), '－', '-'), '，', ','), '．', '.'), '＆', '&')))) WHERE archived_at IS NULL;
CREATE INDEX products_name_folded ON products ((lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, ' ', ''), '　', ''), ' ', ''), '（', '('), '）', ')'), '－', '-'), '，', ','), '．', '.'), '＆', '&')))) WHERE archived_at IS NULL;

-- What the planner knows of an expression, it knows by looking at the rows once.
ANALYZE customers;
ANALYZE contacts;
ANALYZE opportunities;
ANALYZE products;
