// Reading batches. May throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>

#include "model/batch.h"

namespace belfry {

class BatchStore {
 public:
  virtual ~BatchStore() = default;
  /// nullopt when this tenant has no such batch. Counts the batch's notifications: milliseconds for thousands.
  virtual std::optional<Batch> get(TenantId tenant, BatchId id) = 0;
  virtual bool exists(TenantId tenant, BatchId id) = 0;
};

}  // namespace belfry
