-- Caller: ReceiptStore::apply and find (role belfry_system): whom a delivery was for. $3, $4: least and greatest id. Index: primary key.
SELECT id, request FROM belfry.notifications WHERE tenant_id = $1 AND id = ANY ($2) AND id BETWEEN $3 AND $4
