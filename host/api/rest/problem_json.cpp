#include "api/rest/problem_json.h"

#include "kit/utf8.h"

namespace belfry {
namespace {

std::string bodyOf(const Problem& problem, std::string_view request_id) {
  JsonWriter json;
  json.object([&] {
    json.member("type", "https://belfry.dev/errors/" + std::string(typeSlug(problem.code)));
    json.member("title", title(problem.code));
    json.member("status", httpStatus(problem.code));
    json.member("code", toText(problem.code));
    memberText(json, "detail", problem.detail);
    if (!problem.errors.empty()) {
      json.memberArray("errors", [&] {
        for (const auto& error : problem.errors) writeFieldError(json, error);
      });
    }
    json.member("requestId", request_id);
  });
  return json.take();
}

}  // namespace

void memberText(JsonWriter& json, std::string_view name, std::string_view text) {
  auto quoted = replaceInvalidUtf8(text);
  for (auto at = quoted.find('\0'); at != std::string::npos; at = quoted.find('\0', at))
    quoted.replace(at, 1, "\xEF\xBF\xBD");
  json.member(name, quoted);
}

void writeFieldError(JsonWriter& json, const FieldError& error) {
  json.object([&] {
    memberText(json, "pointer", error.pointer);
    json.member("code", toText(error.code));
    memberText(json, "message", error.message);
    if (!error.value.empty()) memberText(json, "value", error.value);
    if (!error.allowed.empty()) memberText(json, "allowed", error.allowed);
  });
}

HttpResponse toResponse(const Problem& problem, std::string_view request_id) {
  HttpResponse response;
  response.status = httpStatus(problem.code);
  response.content_type = "application/problem+json";
  response.body = bodyOf(problem, request_id);
  const int seconds = problem.retry_after_s > 0 ? problem.retry_after_s : wantsRetryAfter(problem.code) ? 1 : 0;
  if (seconds > 0) response.headers.add("Retry-After", std::to_string(seconds));
  // RFC 9110 §11.6.1: a 401 names a scheme that would do.
  if (problem.code == ErrorCode::unauthenticated) response.headers.add("WWW-Authenticate", "Bearer realm=\"belfry\"");
  return response;
}

Problem invalidFields(FieldErrors errors) {
  auto detail = errors.size() == 1 ? "1 field is not valid" : std::to_string(errors.size()) + " fields are not valid";
  return {ErrorCode::validation_failed, std::move(detail), std::move(errors), 0};
}

Problem notFound(std::string detail) { return {ErrorCode::not_found, std::move(detail), {}, 0}; }

}  // namespace belfry
