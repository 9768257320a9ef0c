-- Whether mail is kept from an address whose owner's data was erased: bulk mail is, and all mail where the suppression list kept it off. What
-- they have consented to with the profile since then goes again; with any, what is not bulk.
SELECT 1 FROM erased e WHERE e.hash = ?1 AND (e.bulk_only = 0 OR ?2)
    AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.address = ?3 AND (NOT ?2 OR c.profile = ?4) AND c.given_at > e.at AND c.ended_at IS NULL);
