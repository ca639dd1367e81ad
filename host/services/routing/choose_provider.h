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

/// What there is to rely on when nobody said how an attempt by this route ended. Doubles are dropped by who gets both:
/// that is sure only where the tenant has no other provider for the channel.
ChannelCertainty certaintyOf(const Route& route);

/// The tenant's providers of a channel that can be asked what became of a delivery, in the tenant's order.
std::vector<std::string> whoCanBeAsked(const Directory& directory, TenantId tenant, Channel channel);

/// Why no candidate was taken, for people.
std::string whyNone(const Route& route, Channel channel);

}  // namespace belfry
