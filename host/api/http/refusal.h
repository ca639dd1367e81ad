// What the edge itself says to a request that it does not pass on.
#pragma once

#include <string>
#include <string_view>

#include "api/http/message.h"
#include "model/vocabulary.h"

namespace belfry {

/// A protocol error. The vocabulary's `code` gives status and title; `reason` is finer, stable and static, for logs,
/// metrics and tests (`duplicate_host`); `detail` is for people and plain ASCII.
struct Refusal {
  ErrorCode code;
  std::string_view reason;
  std::string detail;
};

/// RFC 9457 application/problem+json with type, title, status, code, detail and requestId.
HttpResponse problemResponse(const Refusal& refusal, std::string_view request_id);

/// The reason phrase of RFC 9110 §15, or "Unknown".
std::string_view statusReason(int status);

/// At most 64 characters of `bytes` in quotes, unprintable ones as `?`: safe inside a message.
std::string excerpt(std::string_view bytes);

}  // namespace belfry
