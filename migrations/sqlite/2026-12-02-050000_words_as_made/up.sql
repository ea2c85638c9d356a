-- Words come into the index as they were made: in small letters, without accents, with blanks between them. What takes them apart
-- need not look up what every character of Unicode is; words with vowel signs, as Thai has them, stay whole. The words that are in
-- the index already are the same but for those, which stay apart until their record is written again, so only what the tables are
-- made with is changed.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'tokenize = "unicode61 remove_diacritics 0"', 'tokenize = ascii') WHERE type = 'table' AND name IN ('activities_search', 'contacts_search', 'contents_search', 'customers_search', 'opportunities_search', 'orders_search', 'products_search', 'resources_search', 'tasks_search', 'teams_search', 'users_search');
-- A change of the schema that everybody notices, also who has the tables open.
CREATE TABLE words_noticed (id INTEGER PRIMARY KEY);
DROP TABLE words_noticed;
PRAGMA writable_schema = RESET;
