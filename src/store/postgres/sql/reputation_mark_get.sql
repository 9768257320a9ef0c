SELECT mark FROM reputation_mark WHERE kind = $1::bigint AND name = $2::text;
