#include "adapters/postgres/dedup_intake.h"

#include <algorithm>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/request_json.h"
#include "ports/store_error.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// As the API's limit of one send's data: merging does not get around it.
constexpr std::size_t kMostDataBytes = 256 * 1024;
constexpr auto kDay = std::chrono::hours(24);

constexpr std::string_view kDropped = "dropped";
constexpr std::string_view kMerged = "merged";
constexpr std::string_view kReplaced = "replaced";
constexpr std::string_view kBegun = "the first one is not waiting any more";
constexpr std::string_view kTooLarge = "the data of both would be too large";

std::string hashOf(Keyring& keyring, TenantId tenant, const DedupClaim& claim) {
  return std::string(asView(dedupKeyId(keyring, tenant, claim.generated, claim.key)));
}

/// Deliveries are minted with their notification, or soon after.
void addDeliveryBounds(Params& params, const std::vector<Uuid>& notifications) {
  const auto [least, greatest] = std::minmax_element(notifications.begin(), notifications.end());
  params.add(uuidLowerBound(least->time()));
  params.add(uuidLowerBound(greatest->time() + kDay));
}

void addBounds(Params& params, const std::vector<Uuid>& ids) {
  const auto [least, greatest] = std::minmax_element(ids.begin(), ids.end());
  params.add(*least);
  params.add(*greatest);
}

Stored storedAs(const NewNotification& notification, const std::set<Channel>& doubles) {
  return {notification.dedup->answer_json({doubles.begin(), doubles.end()}), doubles.size()};
}

}  // namespace

Digest256 dedupKeyId(Keyring& keyring, TenantId tenant, bool generated, std::string_view key) {
  return keyring.lookupHash(tenant, generated ? "dedup.generated" : "dedup.given", key);
}

bool claimsKeys(std::span<const NewNotification> group) {
  return std::any_of(group.begin(), group.end(), [](const auto& one) { return one.dedup.has_value(); });
}

bool DedupIntake::First::waits(Channel channel) const {
  auto found = waiting.find(channel);
  return found != waiting.end() && !found->second.empty() && found->second.size() == deliveries.at(channel);
}

bool DedupIntake::First::calledOff(Channel channel) const {
  auto found = cancelled.find(channel);
  return found != cancelled.end() && found->second == deliveries.at(channel);
}

DedupIntake::Outcomes DedupIntake::run(std::span<const NewNotification> group, const std::unordered_set<Uuid>& fresh) {
  collect(group, fresh);
  if (units_.empty()) return {};
  claim();
  lookAtHolders();
  decide();
  writeAll();
  return outcomes();
}

void DedupIntake::collect(std::span<const NewNotification> group, const std::unordered_set<Uuid>& fresh) {
  for (const auto& notification : group) {
    if (!notification.dedup || !fresh.contains(notification.id.value)) continue;
    members_.emplace(notification.id.value, &notification);
    auto& first = firsts_[notification.id.value];
    first.tenant = notification.tenant;
    for (const auto& delivery : notification.deliveries) {
      first.waiting[delivery.channel].push_back(delivery.id.value);
      ++first.deliveries[delivery.channel];
      first.first_delivery.try_emplace(delivery.channel, delivery.id.value);
    }
    for (const auto& claim : notification.dedup->claims) {
      KeyName name{notification.tenant.value, toText(claim.channel), hashOf(keyring_, notification.tenant, claim)};
      auto [key, is_new] = keys_.try_emplace(std::move(name));
      if (is_new) {
        key->second.first = &notification;
        key->second.claim = &claim;
      }
      ++key->second.claims;
      units_.push_back({&notification, &claim, key});
    }
  }
}

void DedupIntake::claim() {
  std::vector<Uuid> tenants, holders;
  std::vector<std::string_view> channels, hashes;
  std::vector<std::optional<std::string>> templates;
  std::vector<bool> generated;
  std::vector<std::int32_t> doubles;
  std::vector<TimePoint> expires;
  for (const auto& [name, key] : keys_) {
    const auto& ref = key.first->request.template_ref;
    tenants.push_back(std::get<0>(name));
    channels.push_back(std::get<1>(name));
    hashes.push_back(std::get<2>(name));
    holders.push_back(key.first->id.value);
    templates.push_back(ref ? std::optional(ref->key) : std::nullopt);
    generated.push_back(key.claim->generated);
    doubles.push_back(key.claims - 1);
    expires.push_back(key.claim->expires_at);
  }
  Params names, claims;
  for (auto* params : {&names, &claims}) {
    params->addUuids(tenants);
    params->addTexts(channels);
    params->addByteas(hashes);
  }
  claims.addUuids(holders);
  claims.addTexts(templates);
  claims.addBools(generated);
  claims.addInt4s(doubles);
  claims.addTimes(expires);
  auto answers = transaction_.runPipelined({{sql::dedup_keys_expire, names}, {sql::dedup_keys_claim, claims}});
  for (auto row : answers[1]) {
    const auto channel = toText(required(parseChannel(row.text(1)), "channel"));
    auto& key = keys_.at({row.uuid(0), channel, std::string(row.bytes(2))});
    key.holder = row.uuid(3);
    key.expires_at = row.time(4);
  }
}

void DedupIntake::lookAtHolders() {
  std::map<Uuid, Uuid> strangers;  // notification to tenant
  std::set<Uuid> may_change, may_merge;
  for (const auto& unit : units_) {
    const auto& holder = unit.key->second.holder;
    if (members_.contains(holder)) continue;
    strangers.emplace(holder, unit.notification->tenant.value);
    if (unit.claim->strategy != DedupStrategy::drop) may_change.insert(holder);
    if (unit.claim->strategy == DedupStrategy::merge) may_merge.insert(holder);
  }
  if (strangers.empty()) return;
  auto namesOf = [&](auto wanted) {
    std::pair<std::vector<Uuid>, std::vector<Uuid>> names;
    for (const auto& [id, tenant] : strangers) {
      if (!wanted(id)) continue;
      names.first.push_back(tenant);
      names.second.push_back(id);
    }
    return names;
  };
  auto paramsOf = [](const auto& names) {
    Params params;
    params.addUuids(names.first);
    params.addUuids(names.second);
    addDeliveryBounds(params, names.second);
    return params;
  };
  if (!may_change.empty()) {
    const auto names = namesOf([&](const Uuid& id) { return may_change.contains(id); });
    for (auto row : transaction_.run(sql::dedup_holders_lock, paramsOf(names)))
      firsts_[row.uuid(2)].waiting[required(parseChannel(row.text(3)), "channel")].push_back(row.uuid(1));
  }
  const auto all = namesOf([](const Uuid&) { return true; });
  for (auto row : transaction_.run(sql::dedup_holders_state, paramsOf(all))) {
    auto& first = firsts_[row.uuid(1)];
    const auto channel = required(parseChannel(row.text(3)), "channel");
    first.tenant = {row.uuid(0)};
    ++first.deliveries[channel];
    first.first_delivery.try_emplace(channel, row.uuid(2));
    if (row.text(4) == toText(DeliveryState::cancelled)) ++first.cancelled[channel];
    first.begun = first.begun || row.boolean(5);
  }
  const auto mergeable =
      namesOf([&](const Uuid& id) { return may_merge.contains(id) && !firsts_[id].waiting.empty(); });
  if (!mergeable.second.empty()) loadRequests(mergeable.first, mergeable.second);
}

void DedupIntake::loadRequests(const std::vector<Uuid>& tenants, const std::vector<Uuid>& ids) {
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  addBounds(params, ids);
  for (auto row : transaction_.run(sql::notifications_load, params)) {
    auto opened = keyring_.open({row.uuid(0)}, "notifications", "request", row.uuid(1), row.bytes(2));
    auto request = opened ? parseRequest(*opened) : std::nullopt;
    if (!request) throw StoreRejected("notifications.request of " + row.uuid(1).toString() + " cannot be decrypted");
    firsts_[row.uuid(1)].request = std::move(*request);
  }
}

void DedupIntake::decide() {
  for (const auto& unit : units_)
    if (unit.key->second.holder != unit.notification->id.value) decideOn(unit);
}

void DedupIntake::decideOn(const Unit& unit) {
  auto& first = firsts_[unit.key->second.holder];
  if (first.calledOff(unit.claim->channel)) {
    ++unit.key->second.uncounted;
    return handOverTo(unit);
  }
  switch (unit.claim->strategy) {
    case DedupStrategy::drop: return endAsDouble(unit, first, kDropped, "");
    case DedupStrategy::replace:
      if (!takePlace(unit, first)) endAsDouble(unit, first, kDropped, kBegun);
      return;
    case DedupStrategy::merge: {
      const auto refusal = tryMerge(unit, first);
      return endAsDouble(unit, first, refusal.empty() ? kMerged : kDropped, refusal);
    }
  }
}

bool DedupIntake::takePlace(const Unit& unit, First& first) {
  const auto channel = unit.claim->channel;
  if (!first.waits(channel)) return false;
  auto detail = detailOf(unit);
  detail.outcome = kReplaced;
  detail.other_name = "by";
  detail.other_notification = unit.notification->id.value;
  detail.other_delivery = firsts_[unit.notification->id.value].first_delivery.at(channel);
  for (const auto& delivery : first.waiting[channel]) closings_.push_back({first.tenant, delivery, toJson(detail)});
  first.waiting[channel].clear();
  const auto replaced = unit.key->second.holder;
  if (members_.contains(replaced)) doubles_[replaced].insert(channel);
  handOverTo(unit);
  return true;
}

std::string_view DedupIntake::tryMerge(const Unit& unit, First& first) {
  const auto channel = unit.claim->channel;
  if (first.begun || !first.waits(channel)) return kBegun;
  if (!first.request) first.request = members_.at(unit.key->second.holder)->request;
  auto merged = mergedJson(first.request->data_json, unit.notification->request.data_json);
  if (merged.size() > kMostDataBytes) return kTooLarge;
  first.request->data_json = std::move(merged);
  first.merged = true;
  auto detail = detailOf(unit);
  detail.outcome = kMerged;
  detail.other_name = "from";
  detail.other_notification = unit.notification->id.value;
  for (const auto& delivery : first.waiting[channel]) merges_.push_back({first.tenant, delivery, toJson(detail)});
  return {};
}

void DedupIntake::endAsDouble(const Unit& unit, const First& first, std::string_view outcome, std::string_view reason) {
  const auto channel = unit.claim->channel;
  auto detail = detailOf(unit);
  detail.outcome = outcome;
  detail.reason = reason;
  detail.other_name = "first";
  detail.other_notification = unit.key->second.holder;
  if (auto known = first.first_delivery.find(channel); known != first.first_delivery.end())
    detail.other_delivery = known->second;
  const auto id = unit.notification->id.value;
  for (const auto& delivery : firsts_[id].waiting[channel])
    closings_.push_back({unit.notification->tenant, delivery, toJson(detail)});
  doubles_[id].insert(channel);
}

void DedupIntake::handOverTo(const Unit& unit) {
  auto& key = unit.key->second;
  key.holder = unit.notification->id.value;
  key.expires_at = unit.claim->expires_at;
  key.changed = true;
}

DedupDetail DedupIntake::detailOf(const Unit& unit) const {
  DedupDetail detail;
  detail.level = unit.claim->level;
  detail.strategy = unit.claim->strategy;
  detail.generated = unit.claim->generated;
  detail.key_id = toHex(std::get<2>(unit.key->first));
  detail.expires_at = unit.key->second.expires_at;
  return detail;
}

void DedupIntake::writeAll() {
  Batch batch;
  if (!merges_.empty()) batch.push_back(merge());
  if (!closings_.empty()) batch.push_back(close());
  if (std::any_of(keys_.begin(), keys_.end(), [](const auto& key) { return key.second.changed; }))
    batch.push_back(handOver());
  if (batch.empty()) return;
  const auto answers = transaction_.runPipelined(batch);
  // Everything that is ended waits under our lock, or is ours and not yet seen by anybody.
  const auto closed = closings_.empty() ? 0 : answers[merges_.empty() ? 0 : 1].size();
  if (static_cast<std::size_t>(closed) != closings_.size())
    throw StoreRejected("a double could not be ended: " +
                        std::to_string(closings_.size() - static_cast<std::size_t>(closed)));
}

std::pair<Statement, Params> DedupIntake::merge() const {
  std::vector<Uuid> tenants, ids, event_tenants, event_deliveries;
  std::vector<std::string> requests, details;
  std::vector<std::int32_t> ordinals;
  for (const auto& [id, first] : firsts_) {
    if (!first.merged) continue;
    tenants.push_back(first.tenant.value);
    ids.push_back(id);
    requests.push_back(keyring_.seal(first.tenant, "notifications", "request", id, toJson(*first.request)));
  }
  std::unordered_map<Uuid, std::int32_t> told;
  for (const auto& event : merges_) {
    event_tenants.push_back(event.tenant.value);
    event_deliveries.push_back(event.delivery);
    ordinals.push_back(++told[event.delivery]);
    details.push_back(event.detail);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  params.addByteas(requests);
  addBounds(params, ids);
  params.addUuids(event_tenants);
  params.addUuids(event_deliveries);
  params.addInt4s(ordinals);
  params.addTexts(details);
  return {sql::dedup_merge, std::move(params)};
}

std::pair<Statement, Params> DedupIntake::close() const {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::string_view> details;
  for (const auto& closing : closings_) {
    tenants.push_back(closing.tenant.value);
    deliveries.push_back(closing.delivery);
    details.push_back(closing.detail);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addTexts(details);
  addBounds(params, deliveries);
  return {sql::dedup_close, std::move(params)};
}

std::pair<Statement, Params> DedupIntake::handOver() const {
  std::vector<Uuid> tenants, holders;
  std::vector<std::string_view> channels, hashes;
  std::vector<TimePoint> expires;
  std::vector<std::int32_t> uncounted;
  for (const auto& [name, key] : keys_) {
    if (!key.changed) continue;
    tenants.push_back(std::get<0>(name));
    channels.push_back(std::get<1>(name));
    hashes.push_back(std::get<2>(name));
    holders.push_back(key.holder);
    expires.push_back(key.expires_at);
    uncounted.push_back(key.uncounted);
  }
  Params params;
  params.addUuids(tenants);
  params.addTexts(channels);
  params.addByteas(hashes);
  params.addUuids(holders);
  params.addTimes(expires);
  params.addInt4s(uncounted);
  return {sql::dedup_keys_hand_over, std::move(params)};
}

DedupIntake::Outcomes DedupIntake::outcomes() {
  Outcomes found;
  std::vector<const NewNotification*> keyed;
  for (const auto& [id, channels] : doubles_) {
    const auto& notification = *members_.at(id);
    found.emplace(id, storedAs(notification, channels));
    if (notification.idempotency) keyed.push_back(&notification);
  }
  if (keyed.empty()) return found;
  auto [statement, params] = answer(keyed, found);
  transaction_.run(statement, params);
  return found;
}

std::pair<Statement, Params> DedupIntake::answer(std::span<const NewNotification* const> keyed,
                                                 const Outcomes& outcomes) const {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string_view> hashes;
  std::vector<std::string> responses;
  for (const auto* notification : keyed) {
    tenants.push_back(notification->tenant.value);
    hashes.push_back(asView(notification->idempotency->key_hash));
    ids.push_back(notification->id.value);
    responses.push_back(keyring_.seal(notification->tenant, "idempotency_keys", "response", notification->id.value,
                                      outcomes.at(notification->id.value).answer_json));
  }
  Params params;
  params.addUuids(tenants);
  params.addByteas(hashes);
  params.addUuids(ids);
  params.addByteas(responses);
  return {sql::dedup_answers, std::move(params)};
}

DedupIntake::Outcomes DedupIntake::recall(Connection& connection, std::span<const NewNotification> group,
                                          const std::unordered_set<Uuid>& stored) {
  std::vector<Uuid> tenants, ids;
  for (const auto& notification : group) {
    if (!notification.dedup || !stored.contains(notification.id.value)) continue;
    tenants.push_back(notification.tenant.value);
    ids.push_back(notification.id.value);
  }
  if (ids.empty()) return {};
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  addDeliveryBounds(params, ids);
  std::unordered_map<Uuid, std::set<Channel>> doubles;
  for (auto row : connection.run(sql::dedup_doubles, params))
    doubles[row.uuid(0)].insert(required(parseChannel(row.text(1)), "channel"));
  Outcomes found;
  for (const auto& notification : group)
    if (auto channels = doubles.find(notification.id.value); channels != doubles.end())
      found.emplace(notification.id.value, storedAs(notification, channels->second));
  return found;
}

}  // namespace belfry::pg
