#pragma once

#include "adapters/postgres/pool.h"
#include "ports/feed_store.h"

namespace belfry::pg {

class PgFeedStore final : public FeedStore {
 public:
  /// `tenant_pool` has the role belfry_app, `system_pool` the role belfry_system.
  PgFeedStore(Pool& tenant_pool, Pool& system_pool);

  int sequence(int limit) override;
  FeedPage read(TenantId tenant, std::optional<std::int64_t> after, int limit) override;
  FeedNews news(std::int64_t after) override;
  std::vector<SinkPosition> sinks() override;
  Rewind rewind(FeedSink sink, std::int64_t after) override;
  int prune(std::chrono::hours older_than, int limit) override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
};

}  // namespace belfry::pg
