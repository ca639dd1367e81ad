#include "adapters/plugins/retry_after.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace belfry::plugins {
namespace {

constexpr std::chrono::milliseconds kMost = std::chrono::hours(24);

/// `Tue, 01 Dec 2026 09:00:00 GMT` as Unix seconds: nanoseconds of the year 203 would overflow.
bool parseHttpDate(const std::string& text, std::chrono::seconds& at) {
  std::tm parts{};
  static const locale_t kPlain = newlocale(LC_ALL_MASK, "C", nullptr);
  const char* end = strptime_l(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts, kPlain);
  if (end == nullptr || *end != '\0') return false;
  at = std::chrono::seconds(timegm(&parts));
  return true;
}

}  // namespace

std::chrono::milliseconds retryAfter(std::string_view value, std::chrono::system_clock::time_point now) {
  std::uint64_t seconds = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  bool number = end == value.data() + value.size() && !value.empty();
  if (number && error == std::errc::result_out_of_range) return kMost;
  if (number && error == std::errc())
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(std::min<std::uint64_t>(seconds, 1'000'000)),
                                               kMost);
  const auto now_ms = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
  std::chrono::seconds at{};
  if (!parseHttpDate(std::string(value), at) || at <= now_ms) return std::chrono::milliseconds(0);
  return std::min(at - now_ms, kMost);
}

}  // namespace belfry::plugins
