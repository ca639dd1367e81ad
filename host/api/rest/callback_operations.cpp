#include "api/rest/callback_operations.h"

#include <algorithm>

#include "api/rest/callback_json.h"
#include "api/rest/page_json.h"
#include "api/rest/query_reader.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "cb";
constexpr std::size_t kMostWishBytes = 4096;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return text;
}

RawCallback toRaw(const HttpRequest& request, const std::string& public_url) {
  RawCallback raw;
  raw.method = request.method;
  const auto question = request.target.find('?');
  if (question != std::string::npos) raw.query = request.target.substr(question + 1);
  raw.url = public_url + request.path + (question == std::string::npos ? "" : "?" + raw.query);
  for (const auto& header : request.headers) raw.headers.emplace_back(lower(header.name), header.value);
  raw.body = request.body;
  raw.received_at = request.received_at;
  return raw;
}

HttpResponse toResponse(CallbackReply reply) {
  HttpResponse response;
  constexpr int kNoContent = 204;
  response.status = reply.status;
  if (reply.status != kNoContent) response.content_type = "text/plain";
  for (auto& [name, value] : reply.headers) {
    if (equalsIgnoringCase(name, "content-type")) response.content_type = value;
    else response.headers.add(std::move(name), std::move(value));
  }
  response.body = std::move(reply.body);
  return response;
}

Problem unknownCallback(const std::string& id) { return notFound("there is no callback '" + shorten(id) + "'"); }

Operation asks(std::string path, Scope scope, AnswerLater answer) {
  auto operation = acts(std::move(path), scope, {});
  operation.answer = std::move(answer);
  return operation;
}

Answer list(CallbackStore& store, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  CallbackFilter filter;
  filter.state = query.word<CallbackState>("state", parseCallbackState, allowedCallbackState());
  filter.provider = query.text("provider");
  filter.from = query.time("from");
  filter.to = query.time("to");
  const int limit = query.limit();
  std::optional<CallbackId> before;
  if (const auto id = query.idCursor(kCursorKind)) before = CallbackId{*id};
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  const auto views = store.list(call.caller.tenant, filter, before, limit + 1);
  return jsonResponse(200, pageJson(
                               views, limit, kCursorKind, [](const auto& view) { return view.id.toString(); },
                               [](JsonWriter& json, const auto& view) { writeCallback(json, view); }));
}

Answer show(CallbackStore& store, const Call& call) {
  const auto id = CallbackId::parse(call.params[0]);
  const auto view = id ? store.get(call.caller.tenant, *id) : std::nullopt;
  if (!view) return failure(unknownCallback(call.params[0]));
  return jsonResponse(200, callbackJson(*view));
}

void replayOne(Callbacks& callbacks, const Call& call, const Reply& reply) {
  const auto id = CallbackId::parse(call.params[0]);
  if (!id) return reply(failure(unknownCallback(call.params[0])));
  callbacks.replay(call.caller.tenant, *id, [reply](Result<CallbackView, Problem> ended) {
    if (!ended) return reply(failure(std::move(ended).error()));
    reply(jsonResponse(200, callbackJson(*ended)));
  });
}

Answer replayMany(CallbackStore& store, const std::function<void()>& reopened, const Call& call) {
  auto wish = parseReplayWish(call.request.body);
  if (!wish) return failure(std::move(wish).error());
  const int matched = store.reopenAll(call.caller.tenant, wish->filter, wish->limit, wish->dry_run);
  if (!wish->dry_run && matched > 0) reopened();
  return jsonResponse(200, replayedJson(matched, wish->dry_run));
}

}  // namespace

void addWebhookOperations(Router& router, Callbacks& callbacks, std::string public_url, std::size_t most_body_bytes) {
  auto receive = [&callbacks, public_url = std::move(public_url)](const Call& call, const Reply& reply) {
    callbacks.receive(call.params[0], call.params[1], toRaw(call.request, public_url),
                      [reply](Result<CallbackReply, Problem> answer) {
                        if (!answer) return reply(failure(std::move(answer).error()));
                        reply(toResponse(std::move(answer).value()));
                      });
  };
  for (const auto* method : {"GET", "POST"}) {
    Operation operation{method,
                        "/webhooks/{plugin}/{callbackId}",
                        Access::open,
                        std::nullopt,
                        true,
                        false,
                        most_body_bytes,
                        false,
                        AnswerLater(receive)};
    operation.raw = true;
    router.add(std::move(operation));
  }
}

void addCallbackOperations(Router& router, CallbackStore& store, Callbacks& callbacks, std::function<void()> reopened) {
  const std::string base = "/api/v1/admin/callbacks";
  router.add(lists(base, Scope::callbacks_read, [&store](const Call& call) { return list(store, call); }));
  router.add(reads(base + "/{id}", Scope::callbacks_read, [&store](const Call& call) { return show(store, call); }));
  router.add(asks(base + "/{id}/replay", Scope::callbacks_write,
                  [&callbacks](const Call& call, const Reply& reply) { replayOne(callbacks, call, reply); }));
  router.add(
      takes(base + "/replay", Scope::callbacks_write, kMostWishBytes,
            [&store, reopened = std::move(reopened)](const Call& call) { return replayMany(store, reopened, call); }));
}

void addQuestionOperations(Router& router, ProviderQuestions& questions) {
  router.add(asks("/api/v1/admin/providers/{id}/probe", Scope::providers_write,
                  [&questions](const Call& call, const Reply& reply) {
                    questions.probe(call.caller.tenant, call.params[0], [reply](Result<ProbeAnswer, Problem> answer) {
                      if (!answer) return reply(failure(std::move(answer).error()));
                      reply(jsonResponse(200, probeJson(*answer)));
                    });
                  }));
  router.add(asks("/api/v1/admin/deliveries/{id}/look-up", Scope::callbacks_write,
                  [&questions](const Call& call, const Reply& reply) {
                    const auto id = DeliveryId::parse(call.params[0]);
                    if (!id) return reply(failure(notFound("there is no delivery '" + shorten(call.params[0]) + "'")));
                    questions.lookUp(call.caller.tenant, *id, [reply](Result<LookUpAnswer, Problem> answer) {
                      if (!answer) return reply(failure(std::move(answer).error()));
                      reply(jsonResponse(200, lookUpJson(*answer)));
                    });
                  }));
}

}  // namespace belfry
