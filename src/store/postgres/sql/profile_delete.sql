DELETE FROM sender_profile WHERE name = $1::text;
