DELETE FROM suppression_tell WHERE provider = $1::text AND address = $2::text;
