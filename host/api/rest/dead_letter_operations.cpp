#include "api/rest/dead_letter_operations.h"

#include "api/rest/dead_letter_json.h"
#include "api/rest/page_json.h"
#include "api/rest/queue_action.h"

namespace belfry {
namespace {

constexpr std::size_t kMostEditBytes = 2 * 1024 * 1024;
constexpr std::size_t kMostActionBytes = 4096;
constexpr std::string_view kCursorKind = "dl";
const std::string kBase = "/api/v1/admin/dead-letters";

Answer list(const DeadLetters& letters, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  DeadLetterFilter filter;
  filter.state = query.word<DeadLetterState>("state", parseDeadLetterState, allowedDeadLetterState())
                     .value_or(DeadLetterState::dead);
  filter.channel = query.word<Channel>("channel", parseChannel, allowedChannel());
  filter.priority = query.word<Priority>("priority", parsePriority, allowedPriority());
  filter.provider = query.text("provider");
  filter.error_code = query.text("errorCode");
  filter.template_key = query.text("template");
  filter.from = query.time("from");
  filter.to = query.time("to");
  const int limit = query.limit();
  std::optional<DeadLetterId> before;
  if (const auto id = query.idCursor(kCursorKind)) before = DeadLetterId{*id};
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return jsonResponse(200, pageJson(
                               letters.list(call.caller.tenant, filter, before, limit + 1), limit, kCursorKind,
                               [](const auto& letter) { return letter.id.toString(); },
                               [](JsonWriter& json, const auto& letter) { writeDeadLetter(json, letter); }));
}

Answer show(const DeadLetters& letters, const Call& call) {
  auto view = letters.inspect(call.caller.tenant, call.params[0]);
  if (!view) return failure(std::move(view).error());
  return jsonResponse(200, deadLetterViewJson(*view));
}

Answer answerOf(Result<DeadLetter, Problem> letter) {
  if (!letter) return failure(std::move(letter).error());
  return jsonResponse(200, deadLetterJson(*letter));
}

Answer correct(DeadLetters& letters, const Call& call) {
  auto asked = parseEditBody(call.request.body);
  if (!asked) return failure(std::move(asked).error());
  auto replay = letters.correct(operatorOf(call), call.params[0], asked->edit, asked->dry_run);
  if (!replay) return failure(std::move(replay).error());
  return jsonResponse(asked->dry_run ? 200 : 202, correctedReplayJson(*replay));
}

Answer act(QueueControl& queues, QueueAction action, const Call& call) {
  return answerAction(queues, call, parseDeadLetterAction(call.request.body, action));
}

}  // namespace

void addDeadLetterOperations(Router& router, DeadLetters& letters, QueueControl& queues) {
  const auto one = kBase + "/{id}";
  const auto many = [&](const char* path, QueueAction action) {
    router.add(takes(kBase + path, Scope::queues_write, kMostActionBytes,
                     [&queues, action](const Call& call) { return act(queues, action, call); }));
  };
  router.add(lists(kBase, Scope::notifications_read, [&letters](const Call& call) { return list(letters, call); }));
  router.add(reads(one, Scope::notifications_read, [&letters](const Call& call) { return show(letters, call); }));
  router.add(acts(one + "/replay", Scope::notifications_manage,
                  [&letters](const Call& call) { return answerOf(letters.replay(operatorOf(call), call.params[0])); }));
  router.add(takes(one + "/edit", Scope::notifications_manage, kMostEditBytes,
                   [&letters](const Call& call) { return correct(letters, call); }));
  router.add(withMethod("DELETE", acts(one, Scope::queues_write, [&letters](const Call& call) {
                          return answerOf(letters.purge(operatorOf(call), call.params[0]));
                        })));
  many("/replay", QueueAction::replay_dead_letters);
  many("/purge", QueueAction::purge_dead_letters);
}

}  // namespace belfry
