-- A phone is found by its last digits however it is written; looking for it as it stands goes the same way.
DROP INDEX customers_phone;
DROP INDEX contacts_phone;
