#include "api/rest/schedule_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/query_reader.h"
#include "api/rest/removed_json.h"
#include "api/rest/schedule_json.h"

namespace belfry {
namespace {

constexpr std::string_view kBase = "/api/v1/services/schedules";
constexpr std::string_view kCursorKind = "s";
constexpr std::size_t kMostBody = 1024 * 1024;
constexpr int kUpcoming = 5;

/// Runs `act(id)`; 404 when the path names no id.
template <class Act>
Schedules::Outcome withId(const Call& call, Act act) {
  const auto id = ScheduleId::parse(call.params[0]);
  if (!id) return failure(notFound("there is no schedule '" + shorten(call.params[0]) + "'"));
  return act(*id);
}

Answer toAnswer(const Schedules& schedules, Schedules::Outcome outcome) {
  if (!outcome) return failure(std::move(outcome).error());
  return jsonResponse(200, scheduleJson(*outcome, schedules.upcoming(*outcome, kUpcoming)));
}

Answer create(Schedules& schedules, const Call& call) {
  auto wish = parseScheduleWish(call.request.body);
  if (!wish) return failure(std::move(wish).error());
  auto made = schedules.create(call.caller, std::move(*wish));
  if (!made) return failure(std::move(made).error());
  auto answer = jsonResponse(201, scheduleJson(*made, schedules.upcoming(*made, kUpcoming)));
  answer.headers.set("Location", std::string(kBase) + "/" + made->id.toString());
  return answer;
}

Answer replace(Schedules& schedules, const Call& call) {
  auto wish = parseScheduleWish(call.request.body);
  if (!wish) return failure(std::move(wish).error());
  return toAnswer(schedules,
                  withId(call, [&](ScheduleId id) { return schedules.replace(call.caller, id, std::move(*wish)); }));
}

Answer remove(Schedules& schedules, const Call& call) {
  auto removed = withId(call, [&](ScheduleId id) { return schedules.remove(call.caller.tenant, id); });
  if (!removed) return failure(std::move(removed).error());
  return jsonResponse(200, removedJson());
}

Answer list(ScheduleStore& store, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto state = query.word<ScheduleState>("state", parseScheduleState, allowedScheduleState());
  const int limit = query.limit();
  std::optional<ScheduleId> before;
  if (const auto id = query.idCursor(kCursorKind)) before = ScheduleId{*id};
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  const auto found = store.list(call.caller.tenant, state, before, limit + 1);
  return jsonResponse(
      200, pageJson(
               found, limit, kCursorKind, [](const auto& schedule) { return schedule.id.toString(); }, writeSchedule));
}

}  // namespace

void addScheduleOperations(Router& router, Schedules& schedules, ScheduleStore& store) {
  const std::string base(kBase);
  router.add(lists(base, Scope::notifications_read, [&store](const Call& call) { return list(store, call); }));
  router.add(takes(base, Scope::notifications_send, kMostBody,
                   [&schedules](const Call& call) { return create(schedules, call); }));
  router.add(reads(base + "/{id}", Scope::notifications_read, [&schedules](const Call& call) {
    return toAnswer(schedules, withId(call, [&](ScheduleId id) { return schedules.find(call.caller.tenant, id); }));
  }));
  router.add(withMethod("PUT", takes(base + "/{id}", Scope::notifications_send, kMostBody,
                                     [&schedules](const Call& call) { return replace(schedules, call); })));
  router.add(withMethod("DELETE", reads(base + "/{id}", Scope::notifications_manage,
                                        [&schedules](const Call& call) { return remove(schedules, call); })));
  router.add(acts(base + "/{id}/pause", Scope::notifications_manage, [&schedules](const Call& call) {
    return toAnswer(schedules, withId(call, [&](ScheduleId id) { return schedules.pause(call.caller.tenant, id); }));
  }));
  router.add(acts(base + "/{id}/resume", Scope::notifications_manage, [&schedules](const Call& call) {
    return toAnswer(schedules, withId(call, [&](ScheduleId id) { return schedules.resume(call.caller.tenant, id); }));
  }));
}

}  // namespace belfry
