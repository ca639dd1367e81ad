// How much may wait for the intake writer, in all and of each tenant. What finds no room is refused at once, so that an
// overload costs no memory and one tenant's flood leaves room for the others.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "model/ids.h"
#include "model/problem.h"
#include "ports/chunk_intake.h"

namespace belfry {

struct IntakeLoad {
  std::size_t notifications = 0;
  std::size_t bytes = 0;
};

/// What waits while a notification or a chunk does, in memory.
IntakeLoad loadOf(const NewNotification& notification);
IntakeLoad loadOf(const NewChunk& chunk);

/// Not thread-safe.
class IntakeRoom {
 public:
  /// `tenant_share_percent` 100: a tenant may fill everything.
  IntakeRoom(IntakeLoad limit, int tenant_share_percent);

  /// Takes room, or says why there is none: 429 when the tenant fills its share, 503 when everything is full. Something
  /// that is larger than all the room is taken while nothing else waits.
  std::optional<Problem> take(TenantId tenant, IntakeLoad load);
  void give(TenantId tenant, IntakeLoad load);

 private:
  const IntakeLoad limit_;
  const IntakeLoad share_;
  const bool shared_;
  IntakeLoad waiting_;
  std::unordered_map<TenantId, IntakeLoad> of_tenant_;
};

}  // namespace belfry
