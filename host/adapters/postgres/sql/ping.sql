-- Caller: UpkeepStore::ping, for /health/ready.
SELECT 1
