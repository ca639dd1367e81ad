#include "api/rest/body_json.h"

#include "api/rest/json_place.h"
#include "api/rest/problem_json.h"
#include "kit/utf8.h"

namespace belfry {
namespace {

Problem unreadable(FieldErrorCode code, const JsonPlace& place, std::string message, std::string allowed) {
  auto where = "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
  FieldError error{shorten(place.pointer), code, message + " at " + where, shorten(place.token), std::move(allowed)};
  return {ErrorCode::malformed_json, "the body is not JSON: " + message + " at " + where, {std::move(error)}, 0};
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Problem describe(std::string_view body, JsonError error) {
  const auto place = placeAt(body, error.offset);
  if (error.message.ends_with('.')) error.message.pop_back();
  if (place.depth > kMostBodyDepth) {
    return unreadable(FieldErrorCode::too_deep, place, error.message,
                      "at most " + std::to_string(kMostBodyDepth) + " objects and arrays within each other");
  }
  if (has(body, std::string_view("\0", 1)) || has(place.token, "\\u0000")) {
    return unreadable(FieldErrorCode::nul_character, place, error.message, "text without NUL");
  }
  return unreadable(FieldErrorCode::malformed, place, error.message, "one JSON object (RFC 8259)");
}

}  // namespace

Result<JsonDocument, Problem> parseBody(std::string_view body) {
  if (body.empty()) {
    return failure(Problem{ErrorCode::malformed_json, "the body is empty; a JSON object is wanted", {}, 0});
  }
  if (const auto valid = validUtf8Prefix(body); valid != body.size()) {
    const auto message = "byte " + std::to_string(valid) + " is not UTF-8";
    return failure(unreadable(FieldErrorCode::invalid_utf8, placeAt(body, valid), message, "UTF-8 (RFC 3629)"));
  }
  auto document = parseJson(body, {kMostBodyDepth});
  if (!document) return failure(describe(body, document.error()));
  if (!document->IsObject()) {
    return failure(
        invalidFields({{"", FieldErrorCode::wrong_type, "the body is not an object", shorten(body), "a JSON object"}}));
  }
  return std::move(document).value();
}

}  // namespace belfry
