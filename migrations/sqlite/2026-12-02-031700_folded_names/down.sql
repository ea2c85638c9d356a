DROP INDEX products_name_folded;
DROP INDEX opportunities_name_folded;
DROP INDEX contacts_name_folded;
DROP INDEX customers_short_name_folded;
DROP INDEX customers_name_folded;
