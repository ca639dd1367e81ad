#include "api/rest/operation.h"

namespace belfry {

namespace {

/// What an operation without a body lets through: `{}` and white space.
constexpr std::size_t kEmptyBodyBytes = 1024;

}  // namespace

Operation reads(std::string path, Scope scope, AnswerNow answer) {
  return {"GET", std::move(path), Access::scoped, scope, false, false, 0, false, std::move(answer)};
}

Operation lists(std::string path, Scope scope, AnswerNow answer) {
  return {"GET", std::move(path), Access::scoped, scope, true, false, 0, false, std::move(answer)};
}

Operation shows(std::string path, AnswerNow answer) {
  return {"GET", std::move(path), Access::open, std::nullopt, true, false, 0, true, std::move(answer)};
}

Operation acts(std::string path, Scope scope, AnswerNow answer) {
  return {"POST", std::move(path), Access::scoped, scope, false, false, kEmptyBodyBytes, false, std::move(answer)};
}

Operation takes(std::string path, Scope scope, std::size_t most_body_bytes, AnswerNow answer) {
  return {"POST", std::move(path), Access::scoped, scope, false, true, most_body_bytes, false, std::move(answer)};
}

Operation own(Operation operation) {
  operation.access = Access::user;
  return operation;
}

Operation withMethod(std::string method, Operation operation) {
  operation.method = std::move(method);
  return operation;
}

HttpResponse jsonResponse(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = "application/json";
  return response;
}

}  // namespace belfry
