DROP INDEX events_setup;
