#include "services/delivery/rescue_rules.h"

#include "services/routing/choose_provider.h"

namespace belfry {

RescuePolicy rescuePolicy(const Directory& directory, TenantId tenant, Channel channel, RescuePolicy configured) {
  configured.rule = "lease_expired." + std::string(toText(channel));
  if (certaintyOf(chooseProvider(directory, tenant, channel)).idempotent) {
    configured.lease_policy = LeasePolicy::resend;
    configured.rule = "provider_idempotent";
  } else if (!whoCanBeAsked(directory, tenant, channel).empty()) {
    configured.askable = true;
    configured.rule = "provider_status";
  }
  return configured;
}

}  // namespace belfry
