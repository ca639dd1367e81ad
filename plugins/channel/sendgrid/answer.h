// The answer of POST /v3/mail/send, read for each message of the request.
#pragma once

#include <belfry/reply.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sendgrid {

/// One error of a refusal.
struct Fault {
  std::string message;
  std::string field;
  std::int32_t personalization = -1;  ///< which one it is about; -1: none, so all of them
};

/// What the body of a refusal says; empty for a body that is not SendGrid's.
std::vector<Fault> faultsOf(std::string_view body);

/// What became of the message in personalization `index`. A refusal of one personalization refuses the request whole:
/// those that it does not name were certainly not sent and go out again. `sandbox`: the request asked for it.
belfry::SendResult resultOf(const belfry::Reply& reply, const std::vector<Fault>& faults, std::int32_t index,
                            std::int64_t now_ms, bool sandbox);

}  // namespace sendgrid
