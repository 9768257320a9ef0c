SELECT to_regclass('installation') IS NOT NULL;
