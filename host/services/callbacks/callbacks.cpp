#include "services/callbacks/callbacks.h"

#include <algorithm>

#include "ports/store_error.h"
#include "services/delivery/provider_text.h"

namespace belfry {
namespace {

constexpr std::size_t kStoreGroup = 100;
constexpr int kConclusionThreads = 2;
constexpr int kRecoverGroup = 100;
constexpr int kMostAttempts = 5;
/// Behind the time limit of an answer: whoever still works on it has had its chance.
constexpr auto kGrace = std::chrono::seconds(10);

Problem unknownAddress() { return {ErrorCode::not_found, "there is no such callback address", {}, 0}; }
Problem tooMany() { return {ErrorCode::overloaded, "too many callbacks are in flight; nothing was stored", {}, 1}; }
Problem notStored() { return {ErrorCode::overloaded, "the callback could not be stored; send it again", {}, 5}; }
Problem tooSlow() {
  return {ErrorCode::overloaded, "the callback is stored, its plugin has not answered in time", {}, 5};
}
Problem pluginFailed() {
  return {ErrorCode::internal, "the callback is stored, its plugin could not process it", {}, 0};
}
Problem notRecordable() { return {ErrorCode::internal, "the callback could not be stored", {}, 0}; }

/// RFC 9110 §15 without the interim ones.
bool isAnswer(int status) { return status >= 200 && status < 600; }
bool succeeded(int status) { return status >= 200 && status < 300; }

}  // namespace

struct Callbacks::Pending {
  StoredCallback stored;
  std::shared_ptr<const RawCallback> raw;
  Instance instance;
  Clockwork::time_point deadline;
  Done done;
  bool counted = false;
  std::atomic<bool> answered{false};
};

Callbacks::Callbacks(CallbackStore& store, Receipts& receipts, const Directory& directory, const Log& log,
                     Observe observe, CallbackSettings settings)
    : store_(store),
      receipts_(receipts),
      directory_(directory),
      log_(log),
      observe_(std::move(observe)),
      settings_(settings),
      writer_("callbacks", 1, kStoreGroup, [this](std::vector<PendingPtr> group) { storeGroup(std::move(group)); }),
      conclusions_(std::make_shared<JobLane<std::function<void()>>>("receipts", kConclusionThreads, 1,
                                                                    [](std::vector<std::function<void()>> jobs) {
                                                                      for (auto& job : jobs) job();
                                                                    })) {}

Callbacks::~Callbacks() { stop(); }

void Callbacks::start() {
  writer_.start();
  conclusions_->start();
}

void Callbacks::stop() {
  writer_.stop();
  conclusions_->stop();
}

void Callbacks::receive(const std::string& plugin, const std::string& callback_id, RawCallback raw, Done done) {
  auto instance = findInstance(plugin, callback_id);
  if (!instance) {
    observe_("", "unknown");
    return done(failure(unknownAddress()));
  }
  auto pending = std::make_shared<Pending>();
  const auto& row = instance->row;
  pending->stored = {CallbackId::mint(raw.received_at), row.tenant, row.slug, row.plugin, std::move(raw)};
  pending->instance = std::move(instance);
  pending->deadline = Clockwork::now() + settings_.timeout;
  pending->done = std::move(done);
  if (!admit(pending) || !writer_.push(pending)) answer(*pending, failure(tooMany()), "overloaded");
}

Callbacks::Instance Callbacks::findInstance(const std::string& plugin, const std::string& callback_id) const {
  const auto now = directory_.snapshot();
  const auto found = now->by_callback.find(callback_id);
  return found == now->by_callback.end() || found->second->row.plugin != plugin ? nullptr : found->second;
}

Callbacks::Instance Callbacks::findInstance(const StoredCallback& stored) const {
  const auto tenant = directory_.find(stored.tenant);
  if (!tenant) return nullptr;
  for (const auto& instance : tenant->instances)
    if (instance->row.slug == stored.provider && instance->row.plugin == stored.plugin) return instance;
  return nullptr;
}

/// One instance cannot take all the room from the others.
bool Callbacks::admit(const PendingPtr& pending) {
  std::lock_guard lock(mutex_);
  const auto& id = pending->instance->row.id.value;
  const auto own = in_flight_.find(id);
  const int most_of_one = std::max(settings_.max_in_flight / 2, 1);
  if (all_in_flight_ >= settings_.max_in_flight || (own != in_flight_.end() && own->second >= most_of_one))
    return false;
  ++in_flight_[id];
  ++all_in_flight_;
  pending->counted = true;
  due_.push_back(pending);
  return true;
}

void Callbacks::storeGroup(std::vector<PendingPtr> group) {
  std::vector<StoredCallback> rows;
  for (const auto& pending : group) rows.push_back(pending->stored);
  try {
    store_.store(rows);
  } catch (const StoreUnavailable& error) {
    log_.warn("callbacks not stored", {{"count", group.size()}, {"reason", error.what()}});
    for (auto& pending : group) answer(*pending, failure(notStored()), "unstored");
    return;
  } catch (const std::exception& error) {
    if (group.size() > 1) {  // the one that the database refuses must not take the others with it
      for (auto& pending : group) storeGroup({pending});
      return;
    }
    log_.error("callback refused by the database", {{"reason", error.what()}});
    return answer(*group[0], failure(notRecordable()), "unstored");
  }
  for (auto& pending : group) process(pending);
}

void Callbacks::process(const PendingPtr& pending) {
  pending->raw = std::make_shared<const RawCallback>(std::move(pending->stored.raw));
  auto conclude_later = [this, lane = conclusions_, pending](CallbackOutcome outcome) {
    if (!isAnswer(outcome.status)) outcome.status = 0;
    lane->push([this, pending, outcome = std::move(outcome)] { conclude(*pending, outcome); });
  };
  if (!pending->instance || !pending->instance->running) {
    CallbackOutcome failed{};
    failed.code = "provider_not_running";
    failed.detail = pending->instance ? pending->instance->row.problem : "the provider instance is not there any more";
    return conclude_later(std::move(failed));
  }
  pending->instance->running->receive(pending->raw, pending->deadline, std::move(conclude_later));
}

void Callbacks::conclude(Pending& pending, const CallbackOutcome& outcome) {
  std::string_view result = "failed";
  bool recorded = true;
  try {
    result = applyOutcome(pending, outcome);
  } catch (const StoreUnavailable& error) {
    // It is stored, so its provider may forget it: recoverLeft() brings it to an end.
    log_.warn("callback not recorded, will be tried again",
              {{"callback_id", pending.stored.id.value}, {"reason", error.what()}});
    result = "received";
  } catch (const std::exception& error) {
    log_.error("callback not applied", {{"callback_id", pending.stored.id.value}, {"reason", error.what()}});
    recorded = false;
  }
  if (!recorded) {
    try {
      end(pending, CallbackState::failed, "not_applied", "the host's log has the reason under this callback's id");
    } catch (const std::exception& error) {
      log_.warn("callback not recorded", {{"callback_id", pending.stored.id.value}, {"reason", error.what()}});
    }
  }
  if (outcome.status == 0 || !recorded) return answer(pending, failure(pluginFailed()), result);
  answer(pending, CallbackReply{outcome.status, outcome.headers, outcome.body}, result);
}

std::string_view Callbacks::applyOutcome(const Pending& pending, const CallbackOutcome& outcome) {
  auto ended = [&](CallbackState state, std::string_view otherwise) {
    end(pending, state, outcome.code.empty() ? std::string(otherwise) : outcome.code, outcome.detail);
    return toText(state);
  };
  if (outcome.status == 0) return ended(CallbackState::failed, "plugin_error");
  if (!succeeded(outcome.status)) return ended(CallbackState::refused, "refused");
  if (outcome.receipts.empty()) return ended(CallbackState::processed, "");
  const auto applied =
      receipts_.apply(pending.instance->row, pending.stored.id, pending.raw->received_at, outcome.receipts);
  const auto all = [&](ReceiptResult result) {
    return std::all_of(applied.begin(), applied.end(), [&](const auto& one) { return one.result == result; });
  };
  if (all(ReceiptResult::refused)) return toText(CallbackState::refused);
  return toText(all(ReceiptResult::parked) ? CallbackState::parked : CallbackState::processed);
}

void Callbacks::end(const Pending& pending, CallbackState state, const std::string& reason, const std::string& detail) {
  constexpr std::size_t kMostReason = 200;
  store_.finish(pending.stored.tenant, pending.stored.id,
                {state, storableText(reason, kMostReason), storableText(detail)});
}

void Callbacks::answer(Pending& pending, Result<CallbackReply, Problem> reply, std::string_view result) {
  if (pending.answered.exchange(true)) return;
  if (pending.counted) {
    std::lock_guard lock(mutex_);
    --all_in_flight_;
    auto own = in_flight_.find(pending.instance->row.id.value);
    if (--own->second == 0) in_flight_.erase(own);
  }
  observe_(pending.stored.plugin, result);
  pending.done(std::move(reply));
}

void Callbacks::answerOverdue() {
  const auto now = Clockwork::now();
  std::vector<PendingPtr> overdue;
  {
    std::lock_guard lock(mutex_);
    while (!due_.empty()) {
      auto pending = due_.front().lock();
      if (pending && !pending->answered && pending->deadline > now) break;
      due_.pop_front();
      if (pending && !pending->answered) overdue.push_back(std::move(pending));
    }
  }
  for (auto& pending : overdue) {
    log_.warn("callback answered before its plugin did", {{"callback_id", pending->stored.id.value}});
    answer(*pending, failure(tooSlow()), "timeout");
  }
}

bool Callbacks::recoverLeft() {
  auto left = store_.takeLeft(settings_.timeout + kGrace, kMostAttempts, kRecoverGroup);
  for (auto& stored : left) {
    log_.info("callback taken up again", {{"callback_id", stored.id.value}, {"provider", stored.provider}});
    auto pending = std::make_shared<Pending>();
    pending->instance = findInstance(stored);
    pending->stored = std::move(stored);
    pending->deadline = Clockwork::now() + settings_.timeout;
    pending->done = [](auto) {};
    process(pending);
  }
  return left.size() == static_cast<std::size_t>(kRecoverGroup);
}

void Callbacks::replay(TenantId tenant, CallbackId id, Replayed replayed) {
  auto stored = store_.reopen(tenant, id);
  if (!stored) {
    return replayed(failure(Problem{ErrorCode::not_found, "there is no callback '" + id.toString() + "'", {}, 0}));
  }
  auto pending = std::make_shared<Pending>();
  pending->instance = findInstance(*stored);
  pending->stored = std::move(*stored);
  pending->deadline = Clockwork::now() + settings_.timeout;
  // Answered on a thread that may wait, by conclude(): the row says more than the plugin's answer.
  pending->done = [this, tenant, id, replayed = std::move(replayed)](auto) {
    try {
      if (auto view = store_.get(tenant, id)) return replayed(std::move(*view));
      replayed(failure(Problem{ErrorCode::not_found, "the callback is gone", {}, 0}));
    } catch (const std::exception& error) {
      log_.warn("replayed callback not read", {{"callback_id", id.value}, {"reason", error.what()}});
      replayed(
          failure(Problem{ErrorCode::overloaded, "the callback was replayed; how it ended cannot be read now", {}, 2}));
    }
  };
  process(pending);
}

}  // namespace belfry
