-- files
SELECT 1;
