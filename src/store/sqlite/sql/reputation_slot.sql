SELECT sent, bounced, complained, failed FROM reputation_slot WHERE kind = ?1 AND name = ?2 AND slot = ?3;
