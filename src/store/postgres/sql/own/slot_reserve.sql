-- Reserves $2 µs of the rate of provider $1, from $3 µs ahead of now on, unless $4 µs ahead are reserved already. Returns the first slot
-- (NULL: none was free), the database's time to map it by, and the first free slot as it was before. In a transaction of its own with
-- synchronous_commit off. The time is read again after waiting for the row.
WITH took AS (
    INSERT INTO provider (name, next_slot) VALUES ($1::text, jebi_now_us() + $3::bigint + $2::bigint)
    ON CONFLICT (name) DO UPDATE SET next_slot = greatest(coalesce(provider.next_slot, 0), jebi_now_us() + $3::bigint) + $2::bigint
    WHERE coalesce(provider.next_slot, 0) <= jebi_now_us() + $4::bigint
    RETURNING next_slot - $2::bigint AS first
)
SELECT (SELECT first FROM took) AS first, jebi_now_us() AS now, (SELECT next_slot FROM provider WHERE name = $1::text) AS free;
