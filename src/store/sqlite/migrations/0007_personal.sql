-- What fills in a message: values for all its recipients, and each recipient's own language and values (JSON).
ALTER TABLE message ADD COLUMN variables TEXT;
ALTER TABLE delivery ADD COLUMN personal TEXT;
