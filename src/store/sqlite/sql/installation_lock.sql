-- Nobody else writes.
SELECT 1 FROM installation WHERE one = 1;
