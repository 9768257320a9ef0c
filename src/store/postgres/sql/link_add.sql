UPDATE topic_link SET clicks = clicks + $2::bigint, clicks_by_person = clicks_by_person + $3::bigint, recipients = recipients + $4::bigint,
    recipients_by_person = recipients_by_person + $5::bigint WHERE no = $1::bigint;
