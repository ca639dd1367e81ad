#include "api/rest/rest_api.h"

#include <algorithm>

#include "api/rest/body_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/query_reader.h"
#include "api/rest/request_headers.h"
#include "ports/store_error.h"

namespace belfry {

/// One request on its way. Kept alive by whoever answers last.
struct RestApi::Run {
  const Operation& operation;
  Call call;
  std::shared_ptr<Responder> responder;

  void reply(Answer answer) const {
    auto response = answer ? std::move(answer).value() : toResponse(answer.error(), call.request.request_id);
    response.route = operation.path;
    responder->send(std::move(response));
  }
};

namespace {

HttpResponse refusal(const Problem& problem, const HttpRequest& head, std::string route) {
  auto response = toResponse(problem, head.request_id);
  response.route = std::move(route);
  return response;
}

HttpResponse notAllowed(const HttpRequest& head, const RouteMatch& match) {
  auto response = refusal({ErrorCode::method_not_allowed,
                           "method " + shorten(head.method) + " is not allowed here; allowed: " + match.allow,
                           {},
                           0},
                          head, "");
  response.headers.add("Allow", match.allow);
  return response;
}

Problem noSuchPath(const HttpRequest& head) { return notFound("there is no path '" + shorten(head.path) + "'"); }

Problem forbidden(Scope scope) {
  return {ErrorCode::forbidden, "scope " + std::string(toText(scope)) + " is needed", {}, 0};
}

Problem notAUser() {
  return {
      ErrorCode::forbidden,
      "this is an end user's own: send that user's subscriber token as Authorization: Bearer (a service gets one by "
      "POST /api/v1/services/subscriber-tokens); an API key speaks for no user",
      {},
      0};
}

/// A body is looked at without authentication only for its type; a missing credential is known from the head alone.
std::optional<Problem> checkHead(const Operation& operation, const HttpRequest& head) {
  if (operation.raw) return std::nullopt;
  if (operation.access != Access::open) {
    auto credential = presentedCredential(head.headers);
    if (!credential) return credential.error();
    if (!*credential) {
      return Problem{ErrorCode::unauthenticated, "no credential: send X-API-Key, or Authorization: Bearer", {}, 0};
    }
  }
  if (operation.wants_body || announcesBody(head.headers)) return checkContentType(head.headers);
  return std::nullopt;
}

/// The body of an operation that takes none.
std::optional<Problem> checkNoBody(const HttpRequest& request) {
  if (request.body.empty()) return std::nullopt;
  auto document = parseBody(request.body);
  if (!document) return document.error();
  if (document->MemberCount() == 0) return std::nullopt;
  const auto& first = *document->MemberBegin();
  return invalidFields({{"/" + shorten(asView(first.name)), FieldErrorCode::unknown_field,
                         "this operation takes no fields", "", "no body, or {}"}});
}

std::optional<Problem> checkNoQuery(const HttpRequest& request) {
  FieldErrors errors;
  QueryReader(request, errors).finish();
  return errors.empty() ? std::nullopt : std::optional(invalidFields(std::move(errors)));
}

HttpResponse replay(const Replayed& first) {
  auto response = jsonResponse(first.status, first.response_json);
  response.headers.add("Idempotency-Replayed", "true");
  return response;
}

}  // namespace

RestApi::RestApi(Router router, Authentication& authentication, IdempotencyStore& idempotency, const Clock& clock,
                 const Log& log, RestSettings settings)
    : router_(std::move(router)),
      authentication_(authentication),
      idempotency_(idempotency),
      clock_(clock),
      log_(log),
      settings_(settings),
      queue_(settings.worker_threads, settings.queue_limit) {}

RestApi::~RestApi() { stop(); }

void RestApi::start() { queue_.start(); }

void RestApi::stop() { queue_.stop(); }

Preview RestApi::preview(const HttpRequest& head) {
  Preview preview;
  const auto match = router_.match(head.method, head.segments);
  if (match.operation == nullptr) {
    preview.refusal = match.allow.empty() ? refusal(noSuchPath(head), head, "") : notAllowed(head, match);
    return preview;
  }
  const auto& operation = *match.operation;
  if (auto problem = checkHead(operation, head)) preview.refusal = refusal(*problem, head, operation.path);
  preview.max_body = std::min(operation.most_body_bytes, settings_.max_body_bytes);
  preview.body_optional = !operation.wants_body;
  return preview;
}

void RestApi::handle(HttpRequest request, std::shared_ptr<Responder> responder) {
  auto match = router_.match(request.method, request.segments);
  if (match.operation == nullptr) {  // a pipelined request whose preview was refused never comes here
    return responder->send(refusal(noSuchPath(request), request, ""));
  }
  auto run = std::make_shared<Run>(
      Run{*match.operation, {std::move(request), std::move(match.params), {}, {}}, std::move(responder)});
  if (run->operation.at_once) return run->reply(std::get<AnswerNow>(run->operation.answer)(run->call));
  if (queue_.offer([this, run] { answer(run); })) return;
  run->reply(failure(Problem{ErrorCode::overloaded, "too many requests are waiting; nothing was done", {}, 1}));
}

std::optional<Problem> RestApi::prepare(const Operation& operation, Call& call) {
  if (operation.raw) return std::nullopt;
  const auto& request = call.request;
  if (operation.access != Access::open) {
    auto credential = presentedCredential(request.headers);
    if (!credential) return credential.error();
    auto tenant = tenantToActOn(request.headers);
    if (!tenant) return tenant.error();
    auto caller = authentication_.authenticate(*credential, *tenant);
    if (!caller) return caller.error();
    call.caller = std::move(caller).value();
  }
  if (operation.access == Access::user && call.caller.user_id.empty()) return notAUser();
  if (operation.scope && !call.caller.may(*operation.scope)) return forbidden(*operation.scope);
  auto key = idempotencyKey(request.headers);
  if (!key) return key.error();
  if (operation.method == "POST") call.idempotency_key = std::move(key).value();
  if (!operation.has_query && !request.query.empty()) return checkNoQuery(request);
  return operation.wants_body ? std::nullopt : checkNoBody(request);
}

void RestApi::answer(const std::shared_ptr<Run>& run) {
  auto caught = attempt(*run, [&] {
    if (auto problem = prepare(run->operation, run->call)) return run->reply(failure(std::move(*problem)));
    if (const auto* later = std::get_if<AnswerLater>(&run->operation.answer)) return answerLater(run, *later);
    run->reply(answerOnce(*run));
  });
  if (caught) run->reply(failure(std::move(*caught)));
}

void RestApi::answerLater(const std::shared_ptr<Run>& run, const AnswerLater& later) {
  const auto& call = run->call;
  if (call.idempotency_key.empty() || run->operation.keeps_key)
    return later(call, [run](Answer answer) { run->reply(std::move(answer)); });
  const auto key = sha256(call.idempotency_key);
  const auto start = beginOnce(call, key);
  if (auto known = knownAnswer(start)) return run->reply(std::move(*known));
  const auto ticket = std::get<IdempotencyBegun>(start).ticket;
  later(call, [this, run, key, ticket](Answer answer) {
    // The answer may come on a thread that must not wait for the database.
    auto kept = std::make_shared<Answer>(std::move(answer));
    const bool offered = queue_.offer([this, run, key, ticket, kept] {
      settleKey(*run, key, ticket, *kept);
      run->reply(std::move(*kept));
    });
    if (!offered) run->reply(std::move(*kept));  // the key stays taken until its lock runs out
  });
}

IdempotencyStart RestApi::beginOnce(const Call& call, const Digest256& key) {
  return idempotency_.begin(call.caller.tenant, key, requestHash(call.request), settings_.idempotency_lock,
                            clock_.now() + settings_.idempotency_ttl);
}

Answer RestApi::answerOnce(const Run& run) {
  const auto& call = run.call;
  const auto& now = std::get<AnswerNow>(run.operation.answer);
  if (call.idempotency_key.empty()) return now(call);
  const auto key = sha256(call.idempotency_key);
  const auto start = beginOnce(call, key);
  if (auto known = knownAnswer(start)) return std::move(*known);
  const auto ticket = std::get<IdempotencyBegun>(start).ticket;
  // When this throws, nobody knows what was done: the key stays taken until its lock runs out.
  auto answer = now(call);
  settleKey(run, key, ticket, answer);
  return answer;
}

std::optional<Answer> RestApi::knownAnswer(const IdempotencyStart& start) {
  if (const auto* first = std::get_if<Replayed>(&start)) return Answer(replay(*first));
  if (std::holds_alternative<IdempotencyMismatch>(start)) {
    return Answer(failure(
        Problem{ErrorCode::idempotency_mismatch, "this Idempotency-Key was used for a different request", {}, 0}));
  }
  if (std::holds_alternative<IdempotencyInProgress>(start)) {
    return Answer(failure(
        Problem{ErrorCode::idempotency_in_progress, "a request with this Idempotency-Key is in progress", {}, 1}));
  }
  return std::nullopt;
}

void RestApi::settleKey(const Run& run, const Digest256& key, const Uuid& ticket, const Answer& answer) {
  const auto& call = run.call;
  // The work is done or refused by now, so the client hears that, also when its key cannot be settled.
  auto unsettled = attempt(run, [&] {
    if (answer) idempotency_.finish(call.caller.tenant, key, ticket, answer->status, answer->body);
    else idempotency_.abandon(call.caller.tenant, key, ticket);
  });
  if (unsettled)
    log_.warn("idempotency key not settled", {{"request_id", call.request.request_id}, {"route", run.operation.path}});
}

std::optional<Problem> RestApi::attempt(const Run& run, const std::function<void()>& step) const {
  const auto& request_id = run.call.request.request_id;
  try {
    step();
    return std::nullopt;
  } catch (const StoreUnavailable& error) {
    log_.warn("request refused, store unavailable",
              {{"request_id", request_id}, {"route", run.operation.path}, {"reason", error.what()}});
    return Problem{ErrorCode::overloaded, "the database cannot be reached", {}, 2};
  } catch (const std::exception& error) {
    log_.error("request failed", {{"request_id", request_id}, {"route", run.operation.path}, {"reason", error.what()}});
    return Problem{
        ErrorCode::internal, "the request failed; the host's log has the reason under this requestId", {}, 0};
  }
}

}  // namespace belfry
