DELETE FROM message_file WHERE message = $1::bigint;
