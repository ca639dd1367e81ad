// Hints on what is ready, shared by all hosts: ids, one list for each lane. The database decides: a hint too many finds
// nothing to claim, a missing one is found by whoever compares the lists with the database. So hints may be lost,
// doubled, stale or out of reach at any time.
//
// No call throws; each waits at most the time-out of its settings. Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "model/lane.h"

namespace belfry {

/// How many deliveries of each priority a worker has room for.
using ClaimRoom = std::map<Priority, int>;

struct TakenHints {
  std::vector<ReadyDelivery> ready;
  std::vector<Lane> exhausted;  ///< lanes whose list ran empty though more waits in the database
};

class ReadyHints {
 public:
  virtual ~ReadyHints() = default;
  /// False while the hints are out of reach: whoever wants work asks the database. Cheap.
  virtual bool reachable() const noexcept = 0;
  /// Whether the lists have to be made anew from the database: they were lost, or out of reach for a while. True once
  /// for each such time, and for one of the hosts at least.
  virtual bool lost() = 0;
  /// Adds what became ready. A lane whose list is full keeps the rest to the database.
  virtual void push(std::span<const ReadyDelivery> ready) = 0;
  /// Takes at most so many of each priority, fairly across lanes. nullopt: out of reach.
  virtual std::optional<TakenHints> take(const ClaimRoom& room) = 0;
  /// Puts what waits in a lane, the longest due first, before what its list holds. `more`: the database holds more.
  virtual void refill(const Lane& lane, std::span<const DeliveryId> ids, bool more) = 0;
  /// Of these lanes, which have an empty list.
  virtual std::vector<Lane> withoutHints(std::span<const Lane> lanes) = 0;
};

}  // namespace belfry
