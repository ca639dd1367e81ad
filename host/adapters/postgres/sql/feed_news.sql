-- Caller: FeedStore::news (role belfry_system). Which tenants have events among the $2 positions after $1. Index: primary key.
SELECT least($1::int8 + $2::int8, e.head), e.head,
       ARRAY(SELECT DISTINCT tenant_id FROM belfry.feed WHERE pos > $1::int8 AND pos <= $1::int8 + $2::int8)
  FROM belfry.feed_ends e
