#include "api/http/refusal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kit/json.h"

namespace belfry {
namespace {

using Reason = std::pair<int, std::string_view>;

/// RFC 9110 §15, RFC 6585; sorted.
constexpr std::array kReasons = std::to_array<Reason>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

constexpr std::size_t kExcerptLimit = 64;
constexpr std::string_view kRetryAfterSeconds = "1";

}  // namespace

std::string_view statusReason(int status) {
  const auto found = std::lower_bound(kReasons.begin(), kReasons.end(), status,
                                      [](const Reason& reason, int wanted) { return reason.first < wanted; });
  return found != kReasons.end() && found->first == status ? found->second : "Unknown";
}

std::string excerpt(std::string_view bytes) {
  std::string shown = "\"";
  for (const char c : bytes.substr(0, kExcerptLimit)) shown += c >= 0x20 && c < 0x7f ? c : '?';
  shown += bytes.size() > kExcerptLimit ? "...\"" : "\"";
  return shown;
}

HttpResponse problemResponse(const Refusal& refusal, std::string_view request_id) {
  HttpResponse response;
  response.status = httpStatus(refusal.code);
  response.content_type = "application/problem+json";
  if (wantsRetryAfter(refusal.code)) response.headers.add("Retry-After", std::string(kRetryAfterSeconds));
  JsonWriter json;
  json.object([&] {
    json.member("type", "https://belfry.dev/errors/" + std::string(typeSlug(refusal.code)));
    json.member("title", title(refusal.code));
    json.member("status", response.status);
    json.member("code", toText(refusal.code));
    json.member("detail", refusal.detail);
    json.member("requestId", request_id);
  });
  response.body = json.take();
  return response;
}

}  // namespace belfry
