// Stand-ins for what an intake asks.
#pragma once

#include "fakes.h"
#include "ports/chunk_intake.h"
#include "ports/device_store.h"
#include "ports/phone_numbers.h"

namespace belfry::test {

/// Devices of any tenant's user.
class FakeDevices final : public DeviceStore {
 public:
  Registration put(TenantId, const std::string&, const NewDevice&, int) override { throw StoreRejected("not asked"); }
  std::vector<Device> list(TenantId, const std::string&) override { throw StoreRejected("not asked"); }
  std::vector<DeviceToken> live(TenantId, const std::string& user) override { return of[user]; }
  std::unordered_map<std::string, std::vector<DeviceToken>> liveOf(TenantId,
                                                                   std::span<const std::string> users) override {
    ++asked_for_many;
    std::unordered_map<std::string, std::vector<DeviceToken>> found;
    for (const auto& user : users)
      if (of.contains(user)) found[user] = of[user];
    return found;
  }
  bool remove(TenantId, const std::string&, DeviceId) override { throw StoreRejected("not asked"); }
  bool disable(TenantId, const std::string&, const std::string&) override { throw StoreRejected("not asked"); }

  std::map<std::string, std::vector<DeviceToken>> of;
  int asked_for_many = 0;
};

/// Knows +34 and nine digits, and the nine digits alone in ES.
class SpanishNumbers final : public PhoneNumbers {
 public:
  Result<PhoneNumber, NotANumber> parse(std::string_view text, std::string_view region) const override {
    std::string e164(text);
    std::erase(e164, ' ');
    if (region == "ES" && !e164.starts_with('+')) e164 = "+34" + e164;
    if (e164.size() == 12 && e164.starts_with("+34")) return PhoneNumber{e164, "ES", "mobile"};
    return failure(NotANumber{"is too short", "an international number"});
  }
};

}  // namespace belfry::test
