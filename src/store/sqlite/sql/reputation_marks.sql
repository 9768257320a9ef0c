SELECT kind, name, mark FROM reputation_mark ORDER BY kind, name;
