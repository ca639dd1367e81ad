// What an HTTP provider's answer means for a delivery, where the provider's own table does not say it better.
#pragma once

#include <belfry/steps.h>
#include <belfry/send.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

/// One documented error of a provider: a line of its table.
struct ErrorRule {
  std::string_view code;  ///< as the provider writes it
  std::int32_t outcome;   ///< BF_*
};

/// The outcome of a code, or nothing when the table does not have it.
template <std::size_t N>
constexpr std::optional<std::int32_t> outcomeOf(const ErrorRule (&rules)[N], std::string_view code) {
  for (const auto& rule : rules)
    if (rule.code == code) return rule.outcome;
  return std::nullopt;
}

/// The words of bf_input.error after which nothing was sent. What set-up would have to cure would meet every message
/// alike: it stops the provider. What the message asks in vain fails the message.
inline std::int32_t transportOutcome(std::string_view error) {
  for (const auto setup : {"auth", "tls", "tls_not_offered", "egress_refused", "token"})
    if (error == setup) return BF_CREDENTIAL;
  for (const auto message : {"invalid", "unsupported"})
    if (error == message) return BF_REJECTED_REQUEST;
  return BF_RETRY;
}

/// The outcome of a status of 300 and above by RFC 9110 alone: 401 and 403 are about us, 429 was not processed, 408,
/// 425 and 503 were not either; a server that broke (other 5xx) may have sent; redirects mean a wrong base_url; the
/// rest is about the message.
inline std::int32_t httpOutcome(std::int32_t status) {
  if (status == 401 || status == 403 || status == 407) return BF_CREDENTIAL;
  if (status == 429) return BF_THROTTLED;
  if (status == 408 || status == 425 || status == 503) return BF_RETRY;
  if (status >= 500) return BF_UNKNOWN;
  if (status >= 300 && status < 400) return BF_CREDENTIAL;
  return BF_REJECTED_REQUEST;
}

}  // namespace belfry
