// The send of a schedule: checked when the schedule is made, done at each firing, both by the ordinary intake.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <string>

#include "services/intake/intake.h"

namespace belfry {

/// How bodies of a send are read; the services know no JSON of the API.
struct SendBody {
  std::function<Result<SendCommand, Problem>(std::string_view body)> parse;
  /// Turns the pointers of a problem that the intake found into those of the form that the body is written in.
  std::function<void(Problem& problem, std::string_view body)> point;
};

/// Thread-safe.
class ScheduledSend {
 public:
  ScheduledSend(Intake& intake, SendBody body) : intake_(intake), body_(std::move(body)) {}

  /// What is wrong with the send today; pointers begin with /send. May throw StoreUnavailable.
  std::optional<Problem> check(const Caller& caller, const std::string& send_json) const;
  /// Sends once for this key, at once or at `at`. The future is ready after the commit; it holds the notification that
  /// the key stands for, made now or before. May throw StoreUnavailable.
  std::future<Result<NotificationId, Problem>> fire(const Caller& caller, const std::string& send_json,
                                                    const std::string& key, std::optional<TimePoint> at) const;

 private:
  Result<SendCommand, Problem> read(const std::string& send_json) const;

  Intake& intake_;
  const SendBody body_;
};

/// The `id` of a send's answer.
std::optional<NotificationId> notificationIdOf(std::string_view answer_json);

}  // namespace belfry
