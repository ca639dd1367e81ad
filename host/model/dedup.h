// What is said of doubles: by a tenant or a template for sends that say nothing themselves.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/time.h"
#include "model/vocabulary.h"

namespace belfry {

struct DedupPolicy {
  std::optional<bool> enabled;  ///< absent: the next level decides
  std::optional<DedupStrategy> strategy;
  std::optional<Duration> ttl;  ///< on channels that `ttls` does not name
  std::map<Channel, Duration> ttls;
  std::vector<std::string> context;  ///< names of members of data, dots for members of members

  bool operator==(const DedupPolicy&) const = default;
};

/// Who switched deduplication on.
enum class DedupLevel { send, template_, tenant };
inline std::string_view toText(DedupLevel level) {
  return level == DedupLevel::send ? "send" : level == DedupLevel::template_ ? "template" : "tenant";
}

/// What is equal for doubles, and for how long.
inline constexpr std::size_t kMostDedupKeyBytes = 255;
inline constexpr std::size_t kMostDedupContext = 20;
inline constexpr Duration kLeastDedupTtl = std::chrono::seconds(1);
inline constexpr Duration kMostDedupTtl = std::chrono::hours(24 * 366);
inline constexpr std::string_view kDedupTtlForm = "an ISO 8601 duration from PT1S to P366D, e.g. PT24H";

}  // namespace belfry
