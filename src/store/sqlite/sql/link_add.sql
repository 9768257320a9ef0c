UPDATE topic_link SET clicks = clicks + ?2, clicks_by_person = clicks_by_person + ?3, recipients = recipients + ?4,
    recipients_by_person = recipients_by_person + ?5 WHERE no = ?1;
