DELETE FROM alert WHERE code = $1::text AND subject = $2::text;
