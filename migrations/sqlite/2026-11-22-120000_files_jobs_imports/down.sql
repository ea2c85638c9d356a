DROP TABLE exports;
DROP TABLE import_issues;
DROP TABLE imports;
DROP TABLE jobs;
DROP TABLE file_chunks;
DROP TABLE files;
