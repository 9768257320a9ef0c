-- Rows a schema does not begin with, by table.
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM incarnation) THEN 'incarnation'
    WHEN EXISTS (SELECT 1 FROM message) THEN 'message'
    WHEN EXISTS (SELECT 1 FROM api_key) THEN 'api_key'
    WHEN EXISTS (SELECT 1 FROM topic WHERE no <> 0) THEN 'topic'
    WHEN EXISTS (SELECT 1 FROM installation) THEN 'installation'
    WHEN EXISTS (SELECT 1 FROM audit) THEN 'audit'
    WHEN EXISTS (SELECT 1 FROM suppression) THEN 'suppression'
END;
