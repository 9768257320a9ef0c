UPDATE link_copy SET person = true WHERE link = $1::bigint AND key = $2::bigint AND NOT person;
