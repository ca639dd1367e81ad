#include "services/schedules/scheduled_send.h"

#include <memory>

namespace belfry {
namespace {

/// The schedule says when; a send that says it too contradicts it.
void refuseTimes(const SendCommand& command, std::vector<FieldError>& errors) {
  const auto refuse = [&](bool given, const char* field) {
    if (!given) return;
    errors.push_back({std::string("/") + field, FieldErrorCode::not_allowed, "has no place in the send of a schedule",
                      "", "nothing: the schedule says when, in which zone, and what happens to what is late"});
  };
  refuse(command.send_at.has_value(), "sendAt");
  refuse(command.send_at_local.has_value(), "sendAtLocal");
  refuse(command.delay.has_value(), "delay");
  refuse(!command.timezone.empty(), "timezone");
  refuse(command.expires_at.has_value(), "expiresAt");
  refuse(command.request.misfire.has_value(), "misfire");
  refuse(command.dry_run, "dryRun");
}

Problem belowSend(Problem problem) {
  for (auto& error : problem.errors) error.pointer = "/send" + error.pointer;
  return problem;
}

/// Long enough for whatever may lie between a firing and its record.
constexpr std::chrono::hours kKeyKept{24 * 31};

}  // namespace

Result<SendCommand, Problem> ScheduledSend::read(const std::string& send_json) const {
  auto command = body_.parse(send_json);
  if (!command) return command;
  Problem problem{ErrorCode::validation_failed, "the send of a schedule says no times", {}, 0};
  refuseTimes(*command, problem.errors);
  if (problem.errors.empty()) return command;
  body_.point(problem, send_json);
  return failure(std::move(problem));
}

std::optional<Problem> ScheduledSend::check(const Caller& caller, const std::string& send_json) const {
  auto command = read(send_json);
  if (!command) return belowSend(std::move(command.error()));
  command->dry_run = true;
  std::optional<Problem> found;
  // A dry run is answered before send() returns.
  intake_.send(caller, std::move(*command), [&](Result<SendAnswer, Problem> outcome) {
    if (!outcome) found = std::move(outcome.error());
  });
  if (!found) return std::nullopt;
  body_.point(*found, send_json);
  return belowSend(std::move(*found));
}

std::future<Result<NotificationId, Problem>> ScheduledSend::fire(const Caller& caller, const std::string& send_json,
                                                                 const std::string& key,
                                                                 std::optional<TimePoint> at) const {
  auto promise = std::make_shared<std::promise<Result<NotificationId, Problem>>>();  // shared: completions are copied
  auto future = promise->get_future();
  auto command = read(send_json);
  if (!command) {
    promise->set_value(failure(belowSend(std::move(command.error()))));
    return future;
  }
  command->idempotency_key = key;
  command->request_hash = sha256(key);  // the send may be edited between two tries of one firing
  command->key_ttl = kKeyKept;
  command->send_at = at;
  intake_.send(caller, std::move(*command),
               [promise, point = body_.point, send_json](Result<SendAnswer, Problem> outcome) {
                 if (!outcome) {
                   point(outcome.error(), send_json);
                   return promise->set_value(failure(belowSend(std::move(outcome.error()))));
                 }
                 const auto id = notificationIdOf(outcome->body_json);
                 if (id) promise->set_value(*id);
                 else
                   promise->set_value(failure(Problem{ErrorCode::internal, "the answer of the send has no id", {}, 0}));
               });
  return future;
}

}  // namespace belfry
