// The way of one group of notifications from intake to the workers: which of its deliveries are stored as claimed, and
// what becomes of each afterwards.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "ports/intake_store.h"
#include "services/intake/dispatch.h"

namespace belfry {

/// One thread. Gives back whatever slots are left when it ends.
class GroupDispatch {
 public:
  /// Reserves slots and marks the deliveries that get one as claimed.
  GroupDispatch(Dispatch& dispatch, std::vector<NewNotification>& rows);
  ~GroupDispatch();
  GroupDispatch(const GroupDispatch&) = delete;
  GroupDispatch& operator=(const GroupDispatch&) = delete;

  const ClaimTerms& terms() const { return terms_; }
  /// After the commit: begins what is stored as claimed, and says what waits. Takes the requests out of `rows`.
  void stored(const std::vector<IntakeOutcome>& outcomes);
  /// Nothing is known of the commit, and nobody will ask again.
  void abandon();

 private:
  void reserve();
  void mark();
  void handOver(NewNotification& row, std::vector<HandedOver>& to);

  Dispatch& dispatch_;
  std::vector<NewNotification>& rows_;
  const ClaimTerms terms_;
  const std::chrono::steady_clock::time_point claimed_at_;
  std::map<Priority, int> reserved_;  // slots without a delivery that is begun
};

}  // namespace belfry
