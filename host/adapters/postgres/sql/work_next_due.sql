-- Caller: WorkStore::nextDue (role belfry_system): when the earliest waiting delivery becomes due; NULL when none waits or all
-- that wait are parked.
-- Index: work_ready, one probe per priority.
SELECT min(w.due_at)
  FROM unnest($1::smallint[]) AS t (priority)
 CROSS JOIN LATERAL (SELECT due_at FROM belfry.work WHERE priority = t.priority AND lease_until IS NULL AND NOT belfry.parked(due_at)
                      ORDER BY due_at LIMIT 1) w
