// One operation of the API: what it is called, who may call it, and the function that answers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/http/message.h"
#include "kit/result.h"
#include "model/caller.h"
#include "model/problem.h"

namespace belfry {

/// A request that found its operation and passed its checks.
struct Call {
  HttpRequest request;
  std::vector<std::string> params;  ///< values of the path's {…}, in order; none is empty
  Caller caller;                    ///< meaningful unless the operation is open
  std::string idempotency_key;      ///< empty: none
};

using Answer = Result<HttpResponse, Problem>;
/// Called once, from any thread; must not throw.
using Reply = std::function<void(Answer)>;
/// Answers before it returns. On a worker thread: may wait for the database, may throw what stores throw.
using AnswerNow = std::function<Answer(const Call&)>;
/// Answers through the reply, now or later, from any thread. May throw instead of replying.
using AnswerLater = std::function<void(const Call&, Reply)>;

/// `user`: as `scoped`, and the caller must be an end user.
enum class Access { open, any_caller, scoped, user };

struct Operation {
  std::string method;
  std::string path;  ///< `/things/{id}`
  Access access = Access::scoped;
  std::optional<Scope> scope;  ///< with Access::scoped and Access::user
  bool has_query = false;      ///< its function reads query parameters; without it there are none
  bool wants_body = false;     ///< a JSON object; without it a body is empty or `{}`
  std::size_t most_body_bytes = 0;
  bool at_once = false;  ///< runs on the io thread, with an AnswerNow that never waits
  std::variant<AnswerNow, AnswerLater> answer;
  bool raw = false;        ///< headers, query and a body of any type are the operation's own affair; with Access::open
  bool keeps_key = false;  ///< with an AnswerLater: it stores its answer under the Idempotency-Key itself
};

/// Shapes that most operations have.
Operation reads(std::string path, Scope scope, AnswerNow answer);
Operation lists(std::string path, Scope scope, AnswerNow answer);
Operation acts(std::string path, Scope scope, AnswerNow answer);
Operation takes(std::string path, Scope scope, std::size_t most_body_bytes, AnswerNow answer);

/// The same operation on what is the caller's own, who must be an end user.
Operation own(Operation operation);
Operation withMethod(std::string method, Operation operation);

/// 200 text of an operation that anybody may call and that never waits.
Operation shows(std::string path, AnswerNow answer);

HttpResponse jsonResponse(int status, std::string body);

}  // namespace belfry
