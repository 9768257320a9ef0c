-- Whether mail is kept from an address whose owner's data was erased: bulk mail is, and all mail where the suppression list kept it off. What
-- they have consented to with the profile since then goes again; with any, what is not bulk.
SELECT u.n FROM unnest($1::bytea[], $2::boolean[], $3::text[], $4::text[]) WITH ORDINALITY AS u (hash, bulk, address, profile, n)
WHERE EXISTS (SELECT 1 FROM erased e WHERE e.hash = u.hash AND (e.bulk_only = 0 OR u.bulk)
    AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.address = u.address AND (NOT u.bulk OR c.profile = u.profile) AND c.given_at > e.at
        AND c.ended_at IS NULL));
