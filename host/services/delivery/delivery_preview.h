// What a delivery would do, without doing it: rendered content, the provider that would take it, and the exchanges that
// its plugin would ask for, secrets masked.
#pragma once

#include <optional>
#include <string>

#include "model/delivery.h"
#include "ports/channels.h"
#include "services/rendering/renderer.h"
#include "services/routing/choose_provider.h"

namespace belfry {

struct DeliveryPreview {
  Channel channel;
  std::string to;        ///< masked
  std::string provider;  ///< slug; empty when none can take it
  bool simulated = false;
  Fields content;                      ///< rendered
  std::string exchanges_json = "[]";   ///< see SendPreview
  std::optional<SendOutcome> outcome;  ///< when the plugin decides without an exchange
  std::string problem_code;            ///< empty: none
  std::string problem;
};

class DeliveryPreviews {
 public:
  DeliveryPreviews(const Directory& directory, Renderer& renderer) : directory_(directory), renderer_(renderer) {}

  /// May throw StoreUnavailable when a template is not cached. Thread-safe.
  DeliveryPreview preview(TenantId tenant, const NotificationRequest& request, DeliveryId delivery, Channel channel,
                          Priority priority, std::size_t address, TimePoint created_at);

 private:
  const Directory& directory_;
  Renderer& renderer_;
};

}  // namespace belfry
