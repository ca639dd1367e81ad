// Distinct id types, so that a delivery cannot be passed where a tenant is meant. All are UUIDv7.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kit/uuid.h"

namespace belfry {

template <class Tag>
struct Id {
  Uuid value;

  auto operator<=>(const Id&) const = default;
  std::string toString() const { return value.toString(); }
  static std::optional<Id> parse(std::string_view text) {
    auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id{*uuid}) : std::nullopt;
  }
  static Id mint(TimePoint now) { return {newUuidV7(now)}; }
};

using TenantId = Id<struct TenantTag>;
using NotificationId = Id<struct NotificationTag>;
using DeliveryId = Id<struct DeliveryTag>;
using TemplateId = Id<struct TemplateTag>;
using ProviderId = Id<struct ProviderTag>;
using ApiKeyId = Id<struct ApiKeyTag>;
using DeviceId = Id<struct DeviceTag>;
using SubscriberKeyId = Id<struct SubscriberKeyTag>;
using CallbackId = Id<struct CallbackTag>;
using ScheduleId = Id<struct ScheduleTag>;

}  // namespace belfry

template <class Tag>
struct std::hash<belfry::Id<Tag>> {
  std::size_t operator()(const belfry::Id<Tag>& id) const noexcept { return std::hash<belfry::Uuid>{}(id.value); }
};
