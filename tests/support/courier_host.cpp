#include "support/courier_host.h"

#include <chrono>

namespace belfry::test {
namespace {

constexpr const char* kTenant =
    "tenant: courier\nname: Courier\nauth: [apikey]\nproviders:\n"
    "  - {id: courier, plugin: test-courier, channel: sms, callback_id: courier-secret}\n"
    "  - {id: other, plugin: test-courier, channel: sms, priority: 2, callback_id: other-secret}\n";
constexpr const char* kNeighbour =
    "tenant: neighbour\nname: Neighbour\nauth: [apikey]\nproviders:\n"
    "  - {id: courier, plugin: test-courier, channel: sms, callback_id: neighbour-secret}\n";

}  // namespace

void addCourierTenants(HostOptions& options) {
  options.tenant_files["courier"] = kTenant;
  options.tenant_files["neighbour"] = kNeighbour;
}

HttpReply callBack(const RunningHost& host, const std::string& body, HttpHeaders headers,
                   const std::string& callback_id) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto unlessGiven = [&](const char* name, const std::string& value) {
    for (const auto& header : headers)
      if (header.first == name) return;
    headers.emplace_back(name, value);
  };
  unlessGiven("x-courier-signature", "good");
  unlessGiven("x-courier-time", std::to_string(now.count()));
  unlessGiven("content-type", "text/plain");
  return request("POST", host.port(), "/webhooks/test-courier/" + callback_id, headers, body);
}

}  // namespace belfry::test
