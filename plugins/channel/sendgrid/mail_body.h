// The body of POST /v3/mail/send: one personalization for each message, and what all of them share.
#pragma once

#include <belfry/rope.hpp>
#include <belfry/send.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace sendgrid {

struct Defaults {
  std::string from;
  std::string reply_to;
  std::string ip_pool_name;
  std::vector<std::string> categories;
  std::uint32_t asm_group_id = 0;  ///< 0: none
  bool sandbox = false;
};

/// Names under which our ids travel as custom arguments and come back in events.
inline constexpr const char* kDeliveryArg = "belfry_delivery";
inline constexpr const char* kAttemptArg = "belfry_attempt";

/// Why SendGrid could not be told this message, or "".
std::string faultOf(const belfry::Send& send, const Defaults& defaults);

/// Equal for messages that may share a request: everything but recipient, subject, header fields and template data.
/// 0: this one goes alone, since an attachment's bytes cannot be compared.
std::uint64_t sharedKey(const belfry::Send& send);
/// The same, exactly.
bool sameShared(const belfry::Send& a, const belfry::Send& b);

/// Whether SendGrid is asked to check this message and not to deliver it.
bool inSandbox(const belfry::Send& send, const Defaults& defaults);

/// All messages have no fault and share what sharedKey says.
belfry::Rope mailBody(const std::vector<belfry::Send>& messages, const Defaults& defaults);

}  // namespace sendgrid
