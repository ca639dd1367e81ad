-- Caller: FeedStore::news (role belfry_system). Which tenants have events among the $2 positions after $1. Index: primary key.
SELECT least($1 + $2, e.head), e.head,
       ARRAY(SELECT DISTINCT tenant_id FROM belfry.feed WHERE pos > $1 AND pos <= $1 + $2)
  FROM belfry.feed_ends e
