-- The timeline is noted once: the next change of it is another one.
UPDATE installation SET bulk_held_since = coalesce(bulk_held_since, $1::bigint), bulk_held_why = $2::text, timeline = $3::bigint WHERE one = 1;
