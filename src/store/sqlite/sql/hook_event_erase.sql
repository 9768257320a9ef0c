UPDATE hook_event SET recipient = ?2, detail = NULL WHERE no IN (SELECT value FROM json_each(?1));
