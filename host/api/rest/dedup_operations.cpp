#include "api/rest/dedup_operations.h"

#include "api/rest/dedup_json.h"
#include "api/rest/query_reader.h"

namespace belfry {
namespace {

constexpr std::size_t kMostExtensionBytes = 4096;
constexpr auto kStatisticsDays = std::chrono::days(30);
constexpr auto kMostStatisticsDays = std::chrono::days(3660);

/// What a request names: one key, or those that expire soon.
struct KeyQuery {
  DedupKeyName name;
  std::optional<Duration> within;
  int limit = 0;
};

Duration readWithin(const std::string& text, FieldErrors& errors) {
  const auto within = parseIsoDuration(text);
  if (within && *within >= kLeastDedupTtl && *within <= kMostDedupTtl) return *within;
  errors.push_back({"?expiringWithin", within ? FieldErrorCode::out_of_range : FieldErrorCode::malformed,
                    within ? "is out of range" : "is not a duration", shorten(text), std::string(kDedupTtlForm)});
  return {};
}

void readName(QueryReader& query, DedupKeyName& name, FieldErrors& errors) {
  name.key = query.text("key", kMostDedupKeyBytes);
  const auto id = query.text("id");
  if (id.empty()) return;
  name.id = parseDedupKeyId(id);
  if (name.id) return;
  errors.push_back(
      {"?id", FieldErrorCode::malformed, "is not the id of a key", shorten(id), std::string(kDedupKeyIdForm)});
}

/// `may_list`: the keys that expire soon may be asked for as well.
Result<KeyQuery, Problem> readKeyQuery(const HttpRequest& request, bool may_list) {
  FieldErrors errors;
  QueryReader query(request, errors);
  KeyQuery wanted;
  readName(query, wanted.name, errors);
  wanted.name.channel = query.word<Channel>("channel", parseChannel, allowedChannel());
  int ways = (request.queryParam("key") != nullptr ? 1 : 0) + (request.queryParam("id") != nullptr ? 1 : 0);
  if (may_list) {
    const auto within = query.text("expiringWithin", 40);
    if (!within.empty()) wanted.within = readWithin(within, errors);
    wanted.limit = query.limit();
    ways += request.queryParam("expiringWithin") != nullptr ? 1 : 0;
  }
  query.finish();
  if (ways != 1) {
    errors.push_back({"?key", ways == 0 ? FieldErrorCode::required : FieldErrorCode::conflict,
                      ways == 0 ? "is missing" : "contradicts another parameter", "",
                      may_list ? "one of key, id and expiringWithin" : "key or id, one of them"});
  }
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return wanted;
}

Problem unknownKey() { return notFound("there is no such deduplication key, or it has expired"); }

Answer show(DedupStore& store, const Call& call) {
  auto wanted = readKeyQuery(call.request, true);
  if (!wanted) return failure(std::move(wanted).error());
  if (wanted->within) {
    return jsonResponse(
        200, dedupKeysJson(store.expiring(call.caller.tenant, wanted->name.channel, *wanted->within, wanted->limit)));
  }
  const auto keys = store.find(call.caller.tenant, wanted->name);
  if (keys.empty()) return failure(unknownKey());
  return jsonResponse(200, dedupKeysJson(keys));
}

Answer extend(DedupStore& store, const Call& call) {
  auto wanted = parseDedupExtension(call.request.body);
  if (!wanted) return failure(std::move(wanted).error());
  const auto keys = store.extend(call.caller.tenant, wanted->name, wanted->by, kMostDedupTtl);
  if (keys.empty()) return failure(unknownKey());
  return jsonResponse(200, dedupKeysJson(keys));
}

Answer release(DedupStore& store, const Call& call) {
  auto wanted = readKeyQuery(call.request, false);
  if (!wanted) return failure(std::move(wanted).error());
  const int released = store.release(call.caller.tenant, wanted->name);
  if (released == 0) return failure(unknownKey());
  return jsonResponse(200, dedupReleasedJson(released));
}

Answer statistics(DedupStore& store, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto from = query.time("from");
  const auto to = query.time("to");
  query.finish();
  const TimePoint last = to.value_or(call.request.received_at);
  const TimePoint first = from.value_or(last - kStatisticsDays);
  if (first > last || last - first > kMostStatisticsDays) {
    errors.push_back({"?from", FieldErrorCode::out_of_range, "is after to, or more than ten years before it",
                      formatRfc3339(first), "a time before to"});
  }
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return jsonResponse(200, dedupStatisticsJson(store.statistics(call.caller.tenant, first, last), first, last));
}

}  // namespace

void addDedupOperations(Router& router, DedupStore& store) {
  const std::string base = "/api/v1/admin/dedup";
  router.add(lists(base + "/keys", Scope::queues_read, [&store](const Call& call) { return show(store, call); }));
  router.add(withMethod("DELETE", lists(base + "/keys", Scope::queues_write,
                                        [&store](const Call& call) { return release(store, call); })));
  router.add(takes(base + "/keys/extend", Scope::queues_write, kMostExtensionBytes,
                   [&store](const Call& call) { return extend(store, call); }));
  router.add(
      lists(base + "/statistics", Scope::queues_read, [&store](const Call& call) { return statistics(store, call); }));
}

}  // namespace belfry
