DROP TABLE rfm_grid;
