// What the sends of one request are held against, each looked up once: a chunk of a thousand asks no more than one
// send.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "kit/time.h"
#include "model/notification.h"
#include "ports/channels.h"
#include "ports/template_store.h"
#include "services/tenants/directory.h"

namespace belfry {

/// One thread.
class SendBasis {
 public:
  using Devices = std::unordered_map<std::string, std::vector<DeviceToken>>;
  using Template = std::shared_ptr<const ResolvedTemplate>;

  SendBasis(TenantId id, std::shared_ptr<const DirectoryTenant> tenant, const ChannelPlugins& plugins, TimePoint now);

  TenantId id() const { return id_; }
  const DirectoryTenant& tenant() const { return *tenant_; }
  TimePoint now() const { return now_; }
  /// Names of the options that the enabled providers of a channel understand.
  const std::set<std::string>& options(Channel channel);
  /// As `look` says; it is asked once for each key, version and language.
  template <class Look>
  const Template& templateOf(const std::string& key, std::optional<int> version, const std::string& language,
                             Look look) {
    auto [found, fresh] = templates_.try_emplace({key, version.value_or(0), language});
    if (fresh) found->second = look();
    return found->second;
  }
  /// Devices of users, when they were asked for beforehand: a user that is absent has none.
  const std::optional<Devices>& devices() const { return devices_; }
  void setDevices(Devices devices) { devices_ = std::move(devices); }

 private:
  const TenantId id_;
  const std::shared_ptr<const DirectoryTenant> tenant_;
  const ChannelPlugins& plugins_;
  const TimePoint now_;
  std::map<Channel, std::set<std::string>> options_;
  std::map<std::tuple<std::string, int, std::string>, Template> templates_;
  std::optional<Devices> devices_;
};

}  // namespace belfry
