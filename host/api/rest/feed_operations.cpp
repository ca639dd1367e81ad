#include "api/rest/feed_operations.h"

#include <algorithm>

#include "api/rest/feed_json.h"
#include "api/rest/query_reader.h"

namespace belfry {
namespace {

constexpr int kMostSeconds = 30;
constexpr std::size_t kMostReplayBytes = 4096;

void follow(FeedFollowers& followers, const Call& call, const Reply& reply) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  FeedWish wish;
  wish.tenant = call.caller.tenant;
  wish.after = query.integer("after", 0, kGreatestPosition);
  wish.limit = query.limit();
  wish.wait = std::chrono::seconds(query.integer("waitSeconds", 0, kMostSeconds).value_or(0));
  query.finish();
  if (!errors.empty()) return reply(failure(invalidFields(std::move(errors))));
  followers.follow(wish, [reply](Result<FeedAnswer, Problem> answer) {
    if (!answer) return reply(failure(std::move(answer).error()));
    reply(jsonResponse(200, feedJson(*answer)));
  });
}

Problem unknownSink(const std::string& name) {
  return notFound("there is no sink '" + shorten(name) + "'; there is: " + std::string(allowedFeedSink()));
}

/// Sinks follow every tenant's events.
std::optional<Problem> checkPlatform(const Call& call) {
  if (call.caller.isPlatformAdmin()) return std::nullopt;
  return Problem{ErrorCode::forbidden, "only the platform admin may look after sinks: they follow all tenants", {}, 0};
}

Answer listSinks(FeedStore& store, const Clock& clock, const Call& call) {
  if (auto problem = checkPlatform(call)) return failure(std::move(*problem));
  return jsonResponse(200, sinksJson(store.sinks(), clock.now()));
}

Problem refusedReplay(const Rewind& rewind, std::int64_t after) {
  const auto least = std::to_string(rewind.least), most = std::to_string(rewind.most);
  FieldError error{"/after", FieldErrorCode::out_of_range, "", std::to_string(after), least + " to " + most};
  if (rewind.result == RewindResult::ahead) {
    error.message = "is beyond what the sink has read";
    return invalidFields({std::move(error)});
  }
  error.message = "is before the first event that is kept";
  return {ErrorCode::gone, "events up to position " + least + " are no longer kept", {std::move(error)}, 0};
}

Answer replay(FeedStore& store, const Clock& clock, const Call& call) {
  if (auto problem = checkPlatform(call)) return failure(std::move(*problem));
  const auto sink = parseFeedSink(call.params[0]);
  if (!sink) return failure(unknownSink(call.params[0]));
  const auto after = parseReplay(call.request.body);
  if (!after) return failure(after.error());
  const auto rewind = store.rewind(*sink, *after);
  if (rewind.result != RewindResult::done) return failure(refusedReplay(rewind, *after));
  const auto sinks = store.sinks();
  const auto found = std::find_if(sinks.begin(), sinks.end(), [&](const auto& one) { return one.sink == *sink; });
  if (found == sinks.end()) return failure(unknownSink(call.params[0]));
  return jsonResponse(200, sinkJson(*found, clock.now()));
}

}  // namespace

void addFeedOperations(Router& router, FeedFollowers& followers, FeedStore& store, const Clock& clock) {
  const std::string base = "/api/v1/admin/feed";
  auto following = lists(base, Scope::feed_read, {});
  following.answer =
      AnswerLater([&followers](const Call& call, const Reply& reply) { follow(followers, call, reply); });
  router.add(std::move(following));
  router.add(reads(base + "/sinks", Scope::feed_read,
                   [&store, &clock](const Call& call) { return listSinks(store, clock, call); }));
  router.add(takes(base + "/sinks/{sink}/replay", Scope::feed_write, kMostReplayBytes,
                   [&store, &clock](const Call& call) { return replay(store, clock, call); }));
}

}  // namespace belfry
