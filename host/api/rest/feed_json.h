// The feed and its sinks as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/problem_json.h"
#include "kit/result.h"
#include "services/feed/feed_followers.h"

namespace belfry {

/// Positions beyond this are not exact in every client's JSON (RFC 8259 §6).
inline constexpr std::int64_t kGreatestPosition = (std::int64_t{1} << 53) - 1;

std::string feedJson(const FeedAnswer& answer);
std::string sinksJson(const std::vector<SinkPosition>& sinks, TimePoint now);
std::string sinkJson(const SinkPosition& sink, TimePoint now);

/// `after` of a replay.
Result<std::int64_t, Problem> parseReplay(std::string_view body);

}  // namespace belfry
