INSERT INTO link_copy (link, key, person) VALUES ($1::bigint, $2::bigint, $3::boolean) ON CONFLICT (link, key) DO NOTHING;
