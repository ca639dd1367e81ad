DROP POLICY system_update ON belfry.notifications;
REVOKE UPDATE ON belfry.notifications FROM belfry_system;
ALTER TABLE belfry.templates DROP COLUMN dedup;
ALTER TABLE belfry.tenants DROP COLUMN dedup;
DROP TABLE belfry.dedup_days;
DROP TABLE belfry.dedup_keys;
