SELECT position, role, email, name, state, feedback, attempt, provider_id, reason, changed_at FROM joint_recipient WHERE key = $1::bigint ORDER BY position;
