SELECT position, state, feedback, attempt, twice, out, changed_at, provider_id, reason FROM joint_recipient WHERE key = $1::bigint ORDER BY position;
