// Which of a tenant's providers takes a message: the first in the tenant's order that can.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/queues/queue_gate.h"
#include "services/tenants/directory.h"

namespace belfry {

/// One instance that was looked at.
struct RouteCandidate {
  std::string provider;
  std::string reason;  ///< why it was not taken; empty for the one that was
};

struct Route {
  std::shared_ptr<const DirectoryInstance> chosen;  ///< nullptr: none can
  std::vector<RouteCandidate> candidates;           ///< in the order in which they were looked at
};

/// `gate`: which of them are paused; may be absent.
Route chooseProvider(const Directory& directory, TenantId tenant, Channel channel, const QueueGate* gate = nullptr);

/// Why no candidate was taken, for people.
std::string whyNone(const Route& route, Channel channel);

}  // namespace belfry
