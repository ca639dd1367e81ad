DROP TABLE belfry.provider_message_ids, belfry.receipt_keys, belfry.parked_receipts, belfry.inbound_callbacks;

CREATE OR REPLACE FUNCTION belfry.ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = belfry, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  parent text;
  part text;
  month timestamptz;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('belfry.partitions'));
  FOREACH parent IN ARRAY ARRAY['notifications', 'deliveries', 'delivery_events'] LOOP
    FOR i IN -1 .. months_ahead LOOP
      month := CASE WHEN i >= 0 THEN date_trunc('month', now()) + make_interval(months => i) END;
      part := parent || CASE WHEN i < 0 THEN '_default' ELSE to_char(month, '_YYYY_MM') END;
      CONTINUE WHEN to_regclass('belfry.' || part) IS NOT NULL;
      IF i < 0 THEN
        EXECUTE format('CREATE TABLE belfry.%I PARTITION OF belfry.%I DEFAULT', part, parent);
      ELSE
        CALL make_partition(parent, part, CASE parent WHEN 'delivery_events' THEN 'delivery_id' ELSE 'id' END,
                            uuid_bound(month), uuid_bound(month + interval '1 month'));
      END IF;
      -- A delivery is updated when it is settled; room on its page keeps that update off the indexes.
      IF parent = 'deliveries' THEN EXECUTE format('ALTER TABLE belfry.%I SET (fillfactor = 85)', part); END IF;
      EXECUTE format('ALTER TABLE belfry.%I ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('ALTER TABLE belfry.%I FORCE ROW LEVEL SECURITY', part);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
