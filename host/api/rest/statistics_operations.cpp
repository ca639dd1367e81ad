#include "api/rest/statistics_operations.h"

#include "api/rest/query_reader.h"
#include "api/rest/statistics_json.h"
#include "services/statistics/statistics_summary.h"

namespace belfry {
namespace {

constexpr std::int64_t kMostSteps = 1000;
constexpr auto kDefaultSpan = std::chrono::hours(1);

TimePoint toMinute(TimePoint at) { return std::chrono::floor<std::chrono::minutes>(at); }

/// The whole span in one step, unless another is asked for.
std::chrono::seconds readStep(QueryReader& query, FieldErrors& errors, Duration span) {
  const auto wanted = query.duration("step");
  const auto whole = std::chrono::ceil<std::chrono::seconds>(span);
  if (!wanted) return whole;
  const auto step = std::chrono::duration_cast<std::chrono::seconds>(*wanted);
  const bool whole_minutes = *wanted == step && step.count() > 0 && step.count() % 60 == 0;
  if (whole_minutes && whole.count() / step.count() < kMostSteps) return step;
  errors.push_back({"?step", FieldErrorCode::out_of_range,
                    whole_minutes ? "makes too many steps" : "is not made of whole minutes",
                    std::to_string(step.count()) + " s",
                    "whole minutes, from PT1M, at most " + std::to_string(kMostSteps) + " steps from `from` to `to`"});
  return whole;
}

StatisticsQuery readQuery(QueryReader& query, FieldErrors& errors, TimePoint now) {
  StatisticsQuery asked;
  const auto to = query.time("to").value_or(toMinute(now) + std::chrono::minutes(1));
  const auto from = query.time("from").value_or(to - kDefaultSpan);
  asked.from = toMinute(from);
  asked.to = to;
  if (from >= to) {
    errors.push_back({"?from", FieldErrorCode::out_of_range, "is not before `to`", formatRfc3339(from),
                      "before " + formatRfc3339(to)});
    asked.to = asked.from + kDefaultSpan;
  }
  asked.step = readStep(query, errors, asked.to - asked.from);
  asked.channel = query.word<Channel>("channel", parseChannel, allowedChannel());
  asked.provider = query.text("provider");
  return asked;
}

Answer show(StatisticsStore& store, const Clock& clock, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto asked = readQuery(query, errors, clock.now());
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return jsonResponse(200, statisticsJson(asked, summarize(store.read(call.caller.tenant, asked))));
}

}  // namespace

void addStatisticsOperations(Router& router, StatisticsStore& store, const Clock& clock) {
  router.add(lists("/api/v1/admin/statistics", Scope::queues_read,
                   [&store, &clock](const Call& call) { return show(store, clock, call); }));
}

}  // namespace belfry
