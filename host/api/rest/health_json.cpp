#include "api/rest/health_json.h"

#include "kit/json.h"

namespace belfry {

std::string healthJson(const Readiness& readiness) {
  JsonWriter json;
  json.object([&] {
    json.member("status", readiness.ready ? "ok" : "unavailable");
    json.memberArray("checks", [&] {
      for (const auto& check : readiness.checks) {
        json.object([&] {
          json.member("name", check.name);
          json.member("state", check.state);
          if (!check.detail.empty()) json.member("detail", check.detail);
        });
      }
    });
  });
  return json.take();
}

}  // namespace belfry
