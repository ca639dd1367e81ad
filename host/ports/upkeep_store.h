// Statements of the loops that keep the database in shape. May throw StoreUnavailable. Thread-safe.
#pragma once

#include <chrono>

namespace belfry {

class UpkeepStore {
 public:
  virtual ~UpkeepStore() = default;
  /// Returns when the database answers.
  virtual void ping() = 0;
  /// Moves committed events into the feed while this process holds the sequencer's lock. Returns how many; 0 also when
  /// another process is the sequencer.
  virtual int sequenceFeed(int limit) = 0;
  virtual int pruneFeed(std::chrono::hours older_than, int limit) = 0;
  virtual int pruneIdempotencyKeys(int limit) = 0;
  virtual int prunePluginValues(int limit) = 0;
  /// Makes monthly partitions ahead; returns how many were made.
  virtual int ensurePartitions(int months_ahead) = 0;
};

}  // namespace belfry
