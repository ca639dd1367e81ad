// The preview of a text message, in and out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kit/result.h"
#include "model/problem.h"
#include "model/sms_segments.h"
#include "ports/phone_numbers.h"

namespace belfry {

struct SmsPreviewWish {
  std::string text;
  std::optional<std::string> to;
};

/// `{text, to}`.
Result<SmsPreviewWish, Problem> parseSmsPreview(std::string_view body);

std::string smsPreviewJson(const SmsSegments& segments, const std::optional<PhoneNumber>& to);

}  // namespace belfry
