// What happens to an attempt whose worker vanished. In this order:
//
//   the provider drops doubles     tried again; only where the tenant has no other provider for the channel
//   a provider can be asked        unknown, and asked (services/callbacks/look_ups.h)
//   else                           lease_expired.<channel>: resend or hold
//
// Who had the lost attempt is not stored, since it was claimed before a provider was chosen and no statement follows
// before the first byte leaves. So the rules speak of the tenant's providers as they are now.
#pragma once

#include "ports/work_store.h"
#include "services/tenants/directory.h"

namespace belfry {

/// `configured`: lease_expired.<channel> and the channel's attempts.
RescuePolicy rescuePolicy(const Directory& directory, TenantId tenant, Channel channel, RescuePolicy configured);

}  // namespace belfry
