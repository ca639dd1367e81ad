// A batch: notifications that a client sends in chunks and asks after as one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "kit/time.h"
#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

using BatchId = Id<struct BatchTag>;

/// How far a batch has come in.
struct BatchProgress {
  std::int64_t total_processed = 0;            ///< items of its chunks, the rejected ones too
  std::optional<std::int64_t> total_expected;  ///< nullopt: the client did not say
  BatchState state = BatchState::open;         ///< as stored: never `completed`, which follows from the deliveries
};

/// A batch as a client sees it. A notification counts once, by its status.
struct Batch {
  BatchId id;
  BatchProgress progress;
  std::int64_t total_rejected = 0;
  std::string created_by;
  TimePoint created_at;
  TimePoint updated_at;  ///< when its last chunk came
  std::map<DeliveryState, std::int64_t> by_status;

  std::int64_t sent() const;       ///< a provider has them, delivered ones included
  std::int64_t delivered() const;  ///< a provider confirmed it
  std::int64_t failed() const;     ///< final, and nobody got them though they were to
  bool live() const;               ///< something is still to be sent
  /// `completed` for a closed batch in which nothing is live.
  BatchState state() const;
};

}  // namespace belfry
