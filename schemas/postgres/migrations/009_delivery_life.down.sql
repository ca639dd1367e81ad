DROP TABLE belfry.lookups;
ALTER TABLE belfry.work DROP COLUMN expires_at;
DROP TRIGGER deliveries_state_machine ON belfry.deliveries;
DROP FUNCTION belfry.refuse_transition;
