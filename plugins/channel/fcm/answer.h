// What FCM and the token endpoint answer.
#pragma once

#include <belfry/reply.hpp>
#include <belfry/send.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace fcm {

/// What messages:send answered.
struct Answer {
  belfry::SendResult result;
  bool stale_token = false;  ///< 401 that a fresh access token may cure
};
Answer sendAnswer(const belfry::Reply& reply);

/// What the token endpoint answered.
struct AccessToken {
  std::string token;  ///< empty: see code, detail
  std::uint32_t ttl_s = 0;
  std::string code;
  std::string detail;  ///< begins with kTemporary when a later try may succeed
};
AccessToken tokenAnswer(const belfry::Reply& reply);

/// Why the operation got no access token. A failed refresh reaches it as code and text alone, hence the mark.
belfry::SendResult withoutToken(const belfry::Reply& reply);
inline constexpr std::string_view kTemporary = "temporary: ";

}  // namespace fcm
