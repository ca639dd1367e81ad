#include "api/rest/query_reader.h"

#include <algorithm>
#include <charconv>

#include "api/rest/nearest_name.h"
#include "kit/crypto.h"
#include "kit/utf8.h"

namespace belfry {
namespace {

constexpr int kDefaultLimit = 50;
constexpr int kMostLimit = 200;

}  // namespace

QueryReader::QueryReader(const HttpRequest& request, FieldErrors& errors) : request_(request), errors_(errors) {}

const std::string* QueryReader::find(std::string_view name) {
  known_.push_back(name);
  return request_.queryParam(name);
}

void QueryReader::refuse(std::string_view name, FieldErrorCode code, std::string message, std::string allowed) {
  const auto* value = request_.queryParam(name);
  errors_.push_back(
      {"?" + std::string(name), code, std::move(message), value ? shorten(*value) : "", std::move(allowed)});
}

std::string QueryReader::text(std::string_view name, std::size_t most) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  if (!value->empty() && value->size() <= most) return *value;
  refuse(name, value->empty() ? FieldErrorCode::too_short : FieldErrorCode::too_long, "has the wrong length",
         "1 to " + std::to_string(most) + " bytes");
  return {};
}

std::optional<TimePoint> QueryReader::time(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  auto parsed = parseRfc3339(*value);
  if (!parsed) {
    refuse(name, FieldErrorCode::malformed, "is not a time with its offset (a + must be written %2B)",
           "RFC 3339, e.g. 2026-12-01T09:00:00Z");
  }
  return parsed;
}

std::optional<Uuid> QueryReader::uuid(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  auto parsed = Uuid::parse(*value);
  if (!parsed) refuse(name, FieldErrorCode::malformed, "is not an id", "a UUID");
  return parsed;
}

std::optional<std::int64_t> QueryReader::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto* end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  const bool whole = error == std::errc() && stopped == end;
  if (whole && number >= least && number <= most) return number;
  refuse(name,
         whole || error == std::errc::result_out_of_range ? FieldErrorCode::out_of_range : FieldErrorCode::malformed,
         whole ? "is outside the range allowed" : "is not a whole number in the range allowed",
         "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<Duration> QueryReader::duration(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  auto parsed = parseIsoDuration(*value);
  if (!parsed) refuse(name, FieldErrorCode::malformed, "is not a duration", "ISO 8601, e.g. PT5M");
  return parsed;
}

int QueryReader::limit() {
  const auto* value = find("limit");
  if (value == nullptr) return kDefaultLimit;
  int number = 0;
  const auto* end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error == std::errc() && stopped == end && number >= 1 && number <= kMostLimit) return number;
  refuse("limit", FieldErrorCode::out_of_range, "is not a page size",
         "a whole number from 1 to " + std::to_string(kMostLimit));
  return kDefaultLimit;
}

std::optional<std::string> QueryReader::cursor(std::string_view kind) {
  const auto* value = find("cursor");
  if (value == nullptr) return std::nullopt;
  const auto opened = fromBase64Url(*value);
  const auto prefix = std::string(kind) + ":";
  if (opened && opened->starts_with(prefix) && isValidUtf8(*opened)) return opened->substr(prefix.size());
  refuseCursor();
  return std::nullopt;
}

std::optional<Uuid> QueryReader::idCursor(std::string_view kind) {
  const auto position = cursor(kind);
  if (!position) return std::nullopt;
  auto id = Uuid::parse(*position);
  if (!id) refuseCursor();
  return id;
}

void QueryReader::refuseCursor() {
  refuse("cursor", FieldErrorCode::malformed, "is not a cursor of this list", "nextCursor of the page before");
}

void QueryReader::finish() {
  std::vector<std::string_view> seen;
  for (const auto& param : request_.query) {
    const bool known = std::find(known_.begin(), known_.end(), param.name) != known_.end();
    const bool again = std::find(seen.begin(), seen.end(), param.name) != seen.end();
    seen.push_back(param.name);
    auto pointer = "?" + shorten(param.name);
    if (known && again) {
      errors_.push_back(
          {pointer, FieldErrorCode::duplicate, "is there twice", shorten(param.value), "each parameter once"});
    }
    if (known) continue;
    const auto nearest = nearestName(param.name, known_);
    std::string allowed;
    for (const auto name : known_) allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    errors_.push_back({pointer, FieldErrorCode::unknown_field,
                       "there is no such parameter" +
                           (nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?"),
                       shorten(param.value), allowed.empty() ? "no parameters" : allowed});
  }
}

std::string makeCursor(std::string_view kind, std::string_view position) {
  return toBase64Url(std::string(kind) + ":" + std::string(position));
}

}  // namespace belfry
