// The `detail` object of timeline events.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kit/time.h"
#include "services/routing/choose_provider.h"

namespace belfry {

struct EventDetail {
  std::string_view outcome;
  std::string_view code;
  std::string_view detail;
  std::string_view provider_message_id;
  std::optional<Duration> delay;
  bool simulated = false;
};

/// A JSON object of what is set; empty text when nothing is.
std::string toJson(const EventDetail& detail);

/// How a provider was chosen: rule, level and candidates.
std::string toJson(const Route& route);

}  // namespace belfry
