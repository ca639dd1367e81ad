#include "api/http/response_head.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "api/http/refusal.h"
#include "api/http/request_head.h"

namespace belfry {
namespace {

/// Headers that only the edge writes: framing, persistence and identity of the exchange.
constexpr std::array<std::string_view, 5> kOwnedByEdge = {"Connection", "Content-Length", "Date", "Transfer-Encoding",
                                                          "X-Request-Id"};

/// Defaults that a handler may override (OWASP REST security cheat sheet).
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSecurityDefaults = {{
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
}};

bool isOwnedByEdge(std::string_view name) {
  return std::any_of(kOwnedByEdge.begin(), kOwnedByEdge.end(),
                     [&](std::string_view owned) { return equalsIgnoringCase(owned, name); });
}

bool isFieldValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool hasBody(int status) { return status != 204 && status != 304; }

}  // namespace

bool isWritable(const HttpResponse& response) {
  return response.status >= 200 && response.status <= 599 && isFieldValue(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(),
                     [](const HttpHeader& field) { return isToken(field.name) && isFieldValue(field.value); });
}

void appendResponse(std::string& out, const HttpResponse& response, const ResponseFrame& frame) {
  const bool with_body = hasBody(response.status);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(statusReason(response.status)).append("\r\n");
  appendField(out, "Date", frame.date);
  appendField(out, "X-Request-Id", frame.request_id);
  appendField(out, "Connection", frame.keep_alive ? "keep-alive" : "close");
  if (with_body) appendField(out, "Content-Length", std::to_string(response.body.size()));
  if (with_body && !response.content_type.empty()) appendField(out, "Content-Type", response.content_type);
  for (const auto& [name, value] : kSecurityDefaults) {
    if (!response.headers.find(name)) appendField(out, name, value);
  }
  for (const auto& field : response.headers) {
    if (!isOwnedByEdge(field.name)) appendField(out, field.name, field.value);
  }
  out.append("\r\n");
  if (with_body && !frame.head_only) out.append(response.body);
}

std::string httpDate(TimePoint at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const int length =
      std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday], utc.tm_mday,
                    kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace belfry
