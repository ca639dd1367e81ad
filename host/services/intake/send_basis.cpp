#include "services/intake/send_basis.h"

namespace belfry {

SendBasis::SendBasis(TenantId id, std::shared_ptr<const DirectoryTenant> tenant, const ChannelPlugins& plugins,
                     TimePoint now)
    : id_(id), tenant_(std::move(tenant)), plugins_(plugins), now_(now) {}

const std::set<std::string>& SendBasis::options(Channel channel) {
  auto [found, fresh] = options_.try_emplace(channel);
  auto& known = found->second;
  if (!fresh) return known;
  if (channel == Channel::email) known = {"from", "reply_to"};
  for (const auto& instance : tenant_->enabled(channel)) {
    if (const auto* info = plugins_.find(instance->row.plugin))
      known.insert(info->options.begin(), info->options.end());
  }
  return known;
}

}  // namespace belfry
