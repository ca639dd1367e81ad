#pragma once

#include <chrono>
#include <string_view>

namespace belfry::plugins {

/// RFC 9110 §10.2.3: seconds, or an HTTP date (IMF-fixdate) after `now`. At most a day; 0 for what is neither, or past.
std::chrono::milliseconds retryAfter(std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace belfry::plugins
