DELETE FROM message_file WHERE message BETWEEN $1::bigint AND $2::bigint;
