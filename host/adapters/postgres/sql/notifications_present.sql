-- Caller: IntakeStore::write after an ambiguous commit (role belfry_system). $3, $4: least and greatest id. Index: primary key.
SELECT n.id
  FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, id)
  JOIN belfry.notifications n ON n.tenant_id = t.tenant_id AND n.id = t.id
 WHERE n.id BETWEEN $3 AND $4
