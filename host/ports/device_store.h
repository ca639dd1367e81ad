// Devices of a tenant's users. What sends taught comes by WorkStore::settle. All calls may throw StoreUnavailable.
// Thread-safe.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/device.h"
#include "model/notification.h"

namespace belfry {

struct Registration {
  Device device;
  bool fresh = false;  ///< false: the tenant knew the token; it was refreshed, or moved here from another user
  std::vector<DeviceId> replaced;  ///< made room for it
};

class DeviceStore {
 public:
  virtual ~DeviceStore() = default;
  /// Registers, refreshes or moves a token; one that was dead lives again. Beyond `most` live devices of the user,
  /// those that were unused the longest are dropped.
  virtual Registration put(TenantId tenant, const std::string& user, const NewDevice& device, int most) = 0;
  /// Also the dead ones, oldest first.
  virtual std::vector<Device> list(TenantId tenant, const std::string& user) = 0;
  /// Where a push message for the user goes: the live ones, oldest first.
  virtual std::vector<DeviceToken> live(TenantId tenant, const std::string& user) = 0;
  /// The same of many users, in one question. Those without one may be absent.
  virtual std::unordered_map<std::string, std::vector<DeviceToken>> liveOf(TenantId tenant,
                                                                           std::span<const std::string> users) = 0;
  /// False when the user has no such device.
  virtual bool remove(TenantId tenant, const std::string& user, DeviceId id) = 0;
  /// The provider says that the token is dead, in a late receipt. False when no live device of the tenant has it.
  virtual bool disable(TenantId tenant, const std::string& token, const std::string& reason) = 0;
};

}  // namespace belfry
