PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'tokenize = ascii', 'tokenize = "unicode61 remove_diacritics 0"') WHERE type = 'table' AND name IN ('activities_search', 'contacts_search', 'contents_search', 'customers_search', 'opportunities_search', 'orders_search', 'products_search', 'resources_search', 'tasks_search', 'teams_search', 'users_search');
-- A change of the schema that everybody notices, also who has the tables open.
CREATE TABLE words_noticed (id INTEGER PRIMARY KEY);
DROP TABLE words_noticed;
PRAGMA writable_schema = RESET;
