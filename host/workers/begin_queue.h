// Claimed deliveries that wait to be begun: the tenants take turns, each in the order in which its deliveries came. So
// a tenant's message waits for one of each other tenant, however many those have claimed.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/delivery.h"

namespace belfry {

/// What an attempt begins with.
struct Beginning {
  ClaimedDelivery claim;
  std::optional<LoadedNotification> notification;  ///< nullopt: it cannot be read
  std::chrono::steady_clock::time_point claimed_at;
};

/// One thread at a time.
class BeginQueue {
 public:
  void push(Beginning beginning);
  /// At most so many, in the order in which they are to be begun.
  std::vector<Beginning> take(std::size_t most);
  std::size_t size() const noexcept { return size_; }

 private:
  std::unordered_map<TenantId, std::deque<Beginning>> waiting_;  // no empty ones
  std::deque<TenantId> turns_;                                   // each tenant of waiting_ once
  std::size_t size_ = 0;
};

}  // namespace belfry
