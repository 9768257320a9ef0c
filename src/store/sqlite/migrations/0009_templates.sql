-- templates
SELECT 1;
