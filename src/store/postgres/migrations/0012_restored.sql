-- The number of this very table: a dump that is loaded into the same database makes it anew, with another number. NULL where a version
-- before this one wrote the row; a start fills it in.
ALTER TABLE installation ADD COLUMN table_oid bigint;
