DROP INDEX webhook_deliveries_untold;
DROP INDEX webhook_deliveries_finished;
