// Statements of the loops that keep the database in shape. May throw StoreUnavailable. Thread-safe.
#pragma once

namespace belfry {

class UpkeepStore {
 public:
  virtual ~UpkeepStore() = default;
  /// Returns when the database answers.
  virtual void ping() = 0;
  virtual int pruneIdempotencyKeys(int limit) = 0;
  virtual int prunePluginValues(int limit) = 0;
  /// Makes monthly partitions ahead; returns how many were made.
  virtual int ensurePartitions(int months_ahead) = 0;
};

}  // namespace belfry
