// LookUpStore on table lookups.
#pragma once

#include "adapters/postgres/pool.h"
#include "ports/lookup_store.h"

namespace belfry::pg {

class PgLookUpStore final : public LookUpStore {
 public:
  /// A pool of role belfry_system.
  explicit PgLookUpStore(Pool& pool);

  std::vector<DueLookUp> take(int limit, std::chrono::milliseconds limit_for_answer) override;
  bool answered(const DueLookUp& look_up, const LookUpEnding& ending) override;
  void drop(const DueLookUp& look_up) override;

 private:
  Pool& pool_;
};

}  // namespace belfry::pg
