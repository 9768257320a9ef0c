-- The number stands in the place of the hash, which says what the address was.
UPDATE topic_link SET url = '', hash = convert_to('no ' || no, 'UTF8')
WHERE recipients = 1 AND url <> '' AND no IN (SELECT link FROM link_copy WHERE key = $1::bigint);
