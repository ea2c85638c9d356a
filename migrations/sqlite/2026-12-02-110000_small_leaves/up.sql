-- A search that answers the newest first reads the last leaf of a word in each segment from its beginning. The leaves of what is
-- merged from now on are a quarter as long.
INSERT INTO activities_search (activities_search, rank) VALUES ('pgsz', 1000);
INSERT INTO contacts_search (contacts_search, rank) VALUES ('pgsz', 1000);
INSERT INTO contents_search (contents_search, rank) VALUES ('pgsz', 1000);
INSERT INTO customers_search (customers_search, rank) VALUES ('pgsz', 1000);
INSERT INTO opportunities_search (opportunities_search, rank) VALUES ('pgsz', 1000);
INSERT INTO orders_search (orders_search, rank) VALUES ('pgsz', 1000);
INSERT INTO products_search (products_search, rank) VALUES ('pgsz', 1000);
INSERT INTO resources_search (resources_search, rank) VALUES ('pgsz', 1000);
INSERT INTO tasks_search (tasks_search, rank) VALUES ('pgsz', 1000);
INSERT INTO teams_search (teams_search, rank) VALUES ('pgsz', 1000);
INSERT INTO users_search (users_search, rank) VALUES ('pgsz', 1000);
