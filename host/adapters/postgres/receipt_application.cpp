#include "adapters/postgres/receipt_application.h"

#include <algorithm>

#include "adapters/postgres/callback_json.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/request_json.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

Digest256 toDigest(std::string_view bytes) {
  Digest256 digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

/// What makes two receipts one: their message, their type and the provider's id of the event; without one their attempt
/// and time.
Digest256 keyOf(const Receipt& receipt, const std::optional<Digest256>& message) {
  std::string text = receipt.delivery ? receipt.delivery->toString() : std::string(asView(*message));
  text += '|' + std::string(toText(receipt.type)) + '|';
  if (!receipt.dedupe_key.empty()) return sha256(text + "key|" + receipt.dedupe_key);
  return sha256(text + "at|" + std::to_string(receipt.attempt) + '|' + (receipt.at ? formatRfc3339(*receipt.at) : ""));
}

std::int64_t seconds(Duration duration) { return duration.count() / 1'000'000; }

/// tenant, ids, least and greatest id: what most statements here begin with.
Params idsOf(TenantId tenant, const std::vector<Uuid>& ids) {
  Params params;
  params.add(tenant);
  params.addUuids(ids);
  params.add(*std::min_element(ids.begin(), ids.end()));
  params.add(*std::max_element(ids.begin(), ids.end()));
  return params;
}

DeliveryEvent toEvent(const Row& row) {
  auto attempt = row.maybeInt64(4);
  return {required(parseEventType(row.text(2)), "event type"), row.time(3),
          attempt ? std::optional<int>(static_cast<int>(*attempt)) : std::nullopt, orEmpty(row.maybeText(5)),
          orEmpty(row.maybeText(6))};
}

bool isKept(ReceiptResult result) { return result != ReceiptResult::parked && result != ReceiptResult::refused; }

}  // namespace

ReceiptApplication::ReceiptApplication(Connection& connection, Keyring& keyring, const ReceiptGroup& group,
                                       const ReceiptStore::Judge& judge)
    : transaction_(connection), keyring_(keyring), group_(group), judge_(judge) {
  for (const auto& incoming : group.receipts) items_.push_back({&incoming, incoming.receipt, {}, {}, {}});
}

std::vector<ReceiptOutcome> ReceiptApplication::run() {
  dropReleased();
  correlate();
  lockDeliveries();
  judgeAll();
  park();
  Batch batch;
  tell(batch);
  moveOn(batch);
  remember(batch);
  account(batch);
  if (!batch.empty()) transaction_.runPipelined(batch);
  transaction_.commit();
  std::vector<ReceiptOutcome> outcomes;
  for (auto& item : items_) outcomes.push_back(std::move(*item.outcome));
  return outcomes;
}

/// Another loop was faster with those that wait no more.
void ReceiptApplication::dropReleased() {
  std::vector<Uuid> ids;
  for (const auto& item : items_)
    if (item.incoming->parked_id) ids.push_back(*item.incoming->parked_id);
  if (ids.empty()) return;
  Params params;
  params.add(group_.tenant);
  params.addUuids(ids);
  std::set<Uuid> waiting;
  for (auto row : transaction_.run(sql::parked_lock, params)) waiting.insert(row.uuid(0));
  for (auto& item : items_)
    if (item.incoming->parked_id && !waiting.contains(*item.incoming->parked_id))
      item.outcome = ReceiptOutcome{ReceiptResult::duplicate, "released"};
}

void ReceiptApplication::correlate() {
  for (auto& item : items_) {
    if (item.outcome || item.receipt.delivery) continue;
    if (item.receipt.provider_message_id.empty()) {
      item.outcome = ReceiptOutcome{ReceiptResult::refused, "no_correlation"};
    } else {
      item.message = messageHash(item.receipt.provider_message_id);
    }
  }
  resolveMessages();
  for (auto& item : items_)
    if (item.receipt.delivery || item.message) item.key = keyOf(item.receipt, item.message);
}

void ReceiptApplication::resolveMessages() {
  std::vector<std::string_view> hashes;
  for (const auto& item : items_)
    if (item.message) hashes.push_back(asView(*item.message));
  if (hashes.empty()) return;
  Params params;
  params.add(group_.tenant);
  params.add(group_.provider);
  params.addByteas(hashes);
  struct Named {
    Uuid delivery;
    int attempt;
    bool one;
  };
  std::map<Digest256, Named> found;
  for (auto row : transaction_.run(sql::provider_messages_find, params))
    found[toDigest(row.bytes(0))] = {row.uuid(1), static_cast<int>(row.int64(2)), row.int64(3) == 1};
  for (auto& item : items_) {
    if (!item.message) continue;
    auto named = found.find(*item.message);
    if (named == found.end()) {
      item.outcome = ReceiptOutcome{ReceiptResult::parked, "unknown_message"};
    } else if (!named->second.one) {
      item.outcome = ReceiptOutcome{ReceiptResult::refused, "ambiguous_message"};
    } else {
      item.receipt.delivery = DeliveryId{named->second.delivery};
      if (item.receipt.attempt == 0) item.receipt.attempt = named->second.attempt;
    }
  }
}

void ReceiptApplication::lockDeliveries() {
  std::set<Uuid> wanted;
  std::vector<std::string_view> keys;
  for (const auto& item : items_) {
    if (item.outcome) continue;
    wanted.insert(item.receipt.delivery->value);
    keys.push_back(asView(item.key));
  }
  if (wanted.empty()) return;
  const std::vector<Uuid> ids(wanted.begin(), wanted.end());
  Params work, known;
  work.add(group_.tenant);
  work.addUuids(ids);
  known.add(group_.tenant);
  known.add(group_.provider);
  known.addByteas(keys);
  // Each statement sees what was committed before it began, so what is read under the locks is what they protect.
  readLocked(transaction_.runPipelined({{sql::receipt_work_lock, work},
                                        {sql::receipt_deliveries_lock, idsOf(group_.tenant, ids)},
                                        {sql::receipt_events_of, idsOf(group_.tenant, ids)},
                                        {sql::receipt_keys_known, known}}));
  loadRequests();
}

void ReceiptApplication::readLocked(const std::vector<Rows>& answers) {
  for (auto row : answers[1]) {
    Locked locked;
    locked.facts.id = {row.uuid(0)};
    locked.facts.notification = {row.uuid(1)};
    locked.facts.channel = required(parseChannel(row.text(2)), "channel");
    locked.facts.state = required(parseDeliveryState(row.text(3)), "delivery state");
    locked.facts.attempt = static_cast<int>(row.int64(4));
    locked.facts.address = static_cast<std::size_t>(row.int64(5));
    deliveries_.emplace(row.uuid(0), std::move(locked));
  }
  for (auto row : answers[2]) {
    auto& locked = deliveries_.at(row.uuid(0));
    auto event = toEvent(row);
    if (event.attempt && !event.provider.empty()) locked.facts.providers.emplace(*event.attempt, event.provider);
    locked.facts.events.push_back(std::move(event));
    locked.last_seq = static_cast<int>(row.int64(1));
    ++locked.told;
  }
  for (auto row : answers[0]) {
    auto found = deliveries_.find(row.uuid(0));
    if (found == deliveries_.end()) continue;
    auto& locked = found->second;
    locked.live = true;
    locked.facts.state = required(parseDeliveryState(row.text(1)), "delivery state");
    locked.facts.attempt = std::max(locked.facts.attempt, static_cast<int>(row.int64(2)));
    locked.last_seq = std::max(locked.last_seq, static_cast<int>(row.int64(3)));
  }
  for (auto row : answers[3]) known_keys_.insert(toDigest(row.bytes(0)));
}

void ReceiptApplication::loadRequests() {
  std::map<Uuid, std::vector<Locked*>> wanted;
  for (const auto& item : items_) {
    if (item.outcome || !item.incoming->wants_request) continue;
    auto found = deliveries_.find(item.receipt.delivery->value);
    if (found != deliveries_.end()) wanted[found->second.facts.notification.value].push_back(&found->second);
  }
  if (wanted.empty()) return;
  std::vector<Uuid> ids;
  for (const auto& [id, those] : wanted) ids.push_back(id);
  for (auto row : transaction_.run(sql::receipt_requests, idsOf(group_.tenant, ids))) {
    auto opened = keyring_.open(group_.tenant, "notifications", "request", row.uuid(0), row.bytes(1));
    for (auto* locked : wanted[row.uuid(0)])
      if (opened) locked->facts.request = parseRequest(*opened);
  }
}

void ReceiptApplication::judgeAll() {
  for (auto& item : items_)
    if (!item.outcome) judgeOne(item);
}

void ReceiptApplication::judgeOne(Item& item) {
  auto found = deliveries_.find(item.receipt.delivery->value);
  if (found == deliveries_.end()) {
    item.outcome = ReceiptOutcome{ReceiptResult::refused, "unknown_delivery"};
    return;
  }
  if (known_keys_.contains(item.key)) {
    item.outcome = ReceiptOutcome{ReceiptResult::duplicate, {}};
    return;
  }
  auto& locked = found->second;
  auto plan = judge_(locked.facts, item.receipt);
  item.outcome = ReceiptOutcome{plan.result, plan.reason};
  if (!isKept(plan.result)) return;
  known_keys_.insert(item.key);
  locked.facts.events.insert(locked.facts.events.end(), plan.events.begin(), plan.events.end());
  if (!plan.state) return;
  locked.facts.state = *plan.state;
  locked.provider_message_id = item.receipt.provider_message_id;
  locked.change = std::move(plan);
}

std::string ReceiptApplication::parkedJson(const Item& item, const Uuid& id) {
  return keyring_.seal(group_.tenant, "parked_receipts", "receipt", id, toJson(item.incoming->receipt));
}

/// One that waits already under the same key is a double.
void ReceiptApplication::park() {
  std::vector<Uuid> ids;
  std::vector<Item*> parked;
  std::vector<std::optional<Uuid>> deliveries;
  std::vector<std::int32_t> attempts;
  std::vector<std::optional<std::string>> messages;
  std::vector<std::string> keys, receipts;
  std::vector<std::string> reasons;
  for (auto& item : items_) {
    if (item.outcome->result != ReceiptResult::parked || item.incoming->parked_id) continue;
    parked.push_back(&item);
    ids.push_back(newUuidV7(group_.received_at));
    deliveries.push_back(item.receipt.delivery ? std::optional(item.receipt.delivery->value) : std::nullopt);
    attempts.push_back(std::max(item.receipt.attempt, 0));
    messages.push_back(item.message ? std::optional<std::string>(asView(*item.message)) : std::nullopt);
    keys.emplace_back(asView(item.key));
    receipts.push_back(parkedJson(item, ids.back()));
    reasons.push_back(item.outcome->reason);
  }
  if (parked.empty()) return;
  Params params;
  params.add(group_.tenant);
  params.add(group_.callback ? std::optional(group_.callback->value) : std::nullopt);
  params.add(group_.provider);
  params.add(group_.received_at);
  params.add(seconds(group_.parked_for));
  params.addUuids(ids);
  params.addNullableUuids(deliveries);
  params.addInt4s(attempts);
  params.addNullableByteas(messages);
  params.addByteas(keys);
  params.addByteas(receipts);
  params.addTexts(reasons);
  std::set<Uuid> stored;
  for (auto row : transaction_.run(sql::parked_insert, params)) stored.insert(row.uuid(0));
  for (std::size_t i = 0; i < parked.size(); ++i)
    if (!stored.contains(ids[i])) parked[i]->outcome = ReceiptOutcome{ReceiptResult::duplicate, "parked"};
}

void ReceiptApplication::tell(Batch& batch) const {
  std::vector<Uuid> ids, notifications;
  std::vector<std::int32_t> seqs;
  std::vector<std::string_view> types;
  std::vector<TimePoint> times;
  std::vector<std::optional<std::int32_t>> attempts;
  std::vector<std::optional<std::string>> providers, details;
  for (const auto& [id, locked] : deliveries_) {
    const auto& events = locked.facts.events;
    for (auto i = static_cast<std::size_t>(locked.told); i < events.size(); ++i) {
      ids.push_back(id);
      notifications.push_back(locked.facts.notification.value);
      seqs.push_back(locked.last_seq + 1 + static_cast<std::int32_t>(i) - locked.told);
      types.push_back(toText(events[i].type));
      times.push_back(events[i].at);
      attempts.push_back(events[i].attempt ? std::optional<std::int32_t>(*events[i].attempt) : std::nullopt);
      providers.push_back(orNull(events[i].provider));
      details.push_back(orNull(events[i].detail_json));
    }
  }
  if (ids.empty()) return;
  Params params;
  params.add(group_.tenant);
  params.addUuids(ids);
  params.addInt4s(seqs);
  params.addUuids(notifications);
  params.addTexts(types);
  params.addTimes(times);
  params.addInt4s(attempts);
  params.addTexts(providers);
  params.addTexts(details);
  batch.emplace_back(sql::receipt_tell, std::move(params));
}

void ReceiptApplication::moveOn(Batch& batch) const {
  std::vector<Uuid> changed, numbered;
  std::vector<std::string_view> states, providers;
  std::vector<std::optional<std::string>> messages, codes, details;
  std::vector<std::int32_t> seqs;
  for (const auto& [id, locked] : deliveries_) {
    const auto added = static_cast<std::int32_t>(locked.facts.events.size()) - locked.told;
    if (locked.change) {
      changed.push_back(id);
      states.push_back(toText(*locked.change->state));
      providers.push_back(group_.provider);
      messages.push_back(orNull(locked.provider_message_id));
      codes.push_back(orNull(locked.change->error_code));
      details.push_back(orNull(locked.change->error_detail));
    } else if (locked.live && added > 0) {
      numbered.push_back(id);
      seqs.push_back(locked.last_seq + added);
    }
  }
  if (changed.empty() && numbered.empty()) return;
  Params params;
  params.add(group_.tenant);
  params.addUuids(changed);
  params.addTexts(states);
  params.addTexts(providers);
  params.addTexts(messages);
  params.addTexts(codes);
  params.addTexts(details);
  params.add(changed.empty() ? Uuid{} : *std::min_element(changed.begin(), changed.end()));
  params.add(changed.empty() ? Uuid{} : *std::max_element(changed.begin(), changed.end()));
  params.addUuids(numbered);
  params.addInt4s(seqs);
  batch.emplace_back(sql::receipt_settle, std::move(params));
}

void ReceiptApplication::remember(Batch& batch) const {
  std::vector<std::string_view> keys;
  std::vector<Uuid> released;
  for (const auto& item : items_) {
    const auto result = item.outcome->result;
    if (isKept(result) && result != ReceiptResult::duplicate) keys.push_back(asView(item.key));
    if (item.incoming->parked_id && result != ReceiptResult::parked) released.push_back(*item.incoming->parked_id);
  }
  if (!keys.empty()) {
    Params params;
    params.add(group_.tenant);
    params.add(group_.provider);
    params.addByteas(keys);
    params.add(seconds(group_.keys_for));
    batch.emplace_back(sql::receipt_keys_insert, std::move(params));
  }
  if (!released.empty()) {
    Params params;
    params.add(group_.tenant);
    params.addUuids(released);
    batch.emplace_back(sql::parked_delete, std::move(params));
  }
}

void ReceiptApplication::account(Batch& batch) const {
  if (!group_.callback) return;
  std::int32_t kept = 0, refused = 0, parked = 0;
  std::string why_refused, why_parked;
  bool released = false;
  for (const auto& item : items_) {
    const auto& [result, reason] = *item.outcome;
    released |= item.incoming->parked_id.has_value();
    if (item.incoming->parked_id && reason == "released") continue;  // whoever was faster accounts for it
    kept += isKept(result);
    refused += result == ReceiptResult::refused;
    parked += result == ReceiptResult::parked;
    if (result == ReceiptResult::refused && why_refused.empty()) why_refused = reason;
    if (result == ReceiptResult::parked && why_parked.empty()) why_parked = reason;
  }
  Params params;
  params.add(group_.tenant);
  params.add(*group_.callback);
  if (released) {
    if (kept + refused == 0) return;
    params.add(kept);
    params.add(refused);
    params.add(orNull(why_refused));
    return batch.emplace_back(sql::callback_release, std::move(params)), void();
  }
  const auto state = refused > 0 && kept + parked == 0 ? CallbackState::refused
                     : parked > 0 && kept == 0         ? CallbackState::parked
                                                       : CallbackState::processed;
  params.add(toText(state));
  params.add(orNull(refused > 0 ? why_refused : why_parked));
  params.add(static_cast<std::int32_t>(items_.size()));
  params.add(kept);
  params.add(refused);
  params.add(parked);
  batch.emplace_back(sql::callback_account, std::move(params));
}

}  // namespace belfry::pg
