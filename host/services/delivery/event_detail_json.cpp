#include "kit/json.h"
#include "services/delivery/event_detail.h"

namespace belfry {

std::string toJson(const EventDetail& detail) {
  JsonWriter json;
  bool any = false;
  auto text = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    any = true;
    json.member(name, value);
  };
  json.object([&] {
    text("outcome", detail.outcome);
    text("code", detail.code);
    text("detail", detail.detail);
    text("providerMessageId", detail.provider_message_id);
    if (detail.delay) {
      any = true;
      json.member("retryInMs", detail.delay->count() / 1000);
    }
    if (detail.simulated) {
      any = true;
      json.member("simulated", true);
    }
  });
  return any ? json.take() : std::string();
}

std::string toJson(const Route& route) {
  JsonWriter json;
  json.object([&] {
    json.member("rule", "provider_order");
    json.member("level", "tenant");
    json.memberArray("candidates", [&] {
      for (const auto& candidate : route.candidates) {
        json.object([&] {
          json.member("provider", candidate.provider);
          json.member("taken", candidate.reason.empty());
          if (!candidate.reason.empty()) json.member("reason", candidate.reason);
        });
      }
    });
  });
  return json.take();
}

}  // namespace belfry
