// The bodies of SendEmail and SendBulkEmail (SES API v2).
#pragma once

#include <belfry/http.hpp>
#include <belfry/send.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ses {

/// BulkEmailEntries of one request: the page "Service quotas", 50 destinations.
inline constexpr std::uint32_t kMaxEntries = 50;

/// Names under which our ids travel as message tags and come back in events.
inline constexpr const char* kDeliveryTag = "belfry_delivery";
inline constexpr const char* kAttemptTag = "belfry_attempt";

struct Defaults {
  std::string from;
  std::string reply_to;
  std::string configuration_set;
  std::string from_identity_arn;
  std::string mode = "auto";
  bool bulk = true;
};

/// Why SES could not be told this message, or "".
std::string faultOf(const belfry::Send& send, const Defaults& defaults);

/// Equal for messages that may share a bulk request; 0: this one goes alone.
std::uint64_t bulkKey(const belfry::Send& send, const Defaults& defaults);
/// The same, exactly.
bool sameBulk(const belfry::Send& a, const belfry::Send& b, const Defaults& defaults);

/// Gives `request` the body of SendEmail. The message has no fault.
void putSendEmail(belfry::HttpRequest& request, const belfry::Send& send, const Defaults& defaults);
/// Gives `request` the body of SendBulkEmail. The messages have no fault and share a bulk request.
void putSendBulkEmail(belfry::HttpRequest& request, const std::vector<belfry::Send>& messages,
                      const Defaults& defaults);

}  // namespace ses
