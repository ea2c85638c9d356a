DROP INDEX opportunities_won;
