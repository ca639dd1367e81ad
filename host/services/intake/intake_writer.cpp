#include "services/intake/intake_writer.h"

#include <algorithm>
#include <map>

#include "kit/thread.h"
#include "ports/store_error.h"

namespace belfry {
namespace {

Problem tooBusy() { return {ErrorCode::overloaded, "the intake queue is full; nothing was accepted", {}, 1}; }
Problem away() {
  return {ErrorCode::overloaded,
          "the database cannot be reached and the notification is not known to be stored; send it again, with the same "
          "Idempotency-Key if it has one",
          {},
          5};
}
Problem refused() { return {ErrorCode::internal, "the notification could not be stored", {}, 0}; }

/// What a double of the same request is told.
IntakeOutcome asReplay(const IntakeOutcome& first, const IdempotencyClaim& claim) {
  constexpr int kAccepted = 202;
  return std::holds_alternative<Stored>(first) ? IntakeOutcome(Replayed{kAccepted, claim.response_json}) : first;
}

}  // namespace

IntakeWriter::IntakeWriter(IntakeStore& store, Dispatch& dispatch, const Log& log, IntakeWriterSettings settings,
                           std::string name)
    : store_(store), dispatch_(dispatch), log_(log), settings_(settings), name_(std::move(name)) {}

IntakeWriter::~IntakeWriter() { stop(); }

void IntakeWriter::start() {
  thread_ = std::thread([this] { run(); });
}

void IntakeWriter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void IntakeWriter::submit(NewNotification notification, Completion completion) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < settings_.queue_limit) {
      queue_.push_back({std::move(notification), std::move(completion), {}});
      arrived_.notify_one();
      return;
    }
  }
  completion(failure(tooBusy()));
}

void IntakeWriter::run() {
  nameThread(name_);
  for (;;) {
    auto group = takeGroup();
    if (group.empty()) return;
    write(group);
  }
}

IntakeWriter::Entries IntakeWriter::takeGroup() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  Entries group;
  std::deque<Entry> later;
  std::map<std::pair<TenantId, Digest256>, std::size_t> first_of;
  while (!queue_.empty() && group.size() < settings_.group_limit && later.size() < settings_.group_limit) {
    auto entry = std::move(queue_.front());
    queue_.pop_front();
    const auto& claim = entry.notification.idempotency;
    auto [first, fresh] = claim ? first_of.try_emplace({entry.notification.tenant, claim->key_hash}, group.size())
                                : std::pair(first_of.end(), true);
    if (fresh) {
      group.push_back(std::move(entry));
    } else if (claim->request_hash == group[first->second].notification.idempotency->request_hash) {
      group[first->second].doubles.push_back(std::move(entry.completion));
    } else {
      later.push_back(
          std::move(entry));  // another request under the same key: the next group finds the first one's row
    }
  }
  queue_.insert(queue_.begin(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
  return group;
}

void IntakeWriter::write(Entries& group) {
  std::vector<NewNotification> rows;
  rows.reserve(group.size());
  for (auto& entry : group) rows.push_back(std::move(entry.notification));
  GroupDispatch dispatch(dispatch_, rows);
  const auto give_up = std::chrono::steady_clock::now() + settings_.retry_for;
  std::vector<IntakeOutcome> outcomes;
  for (;;) {
    try {
      outcomes = store_.write(rows, dispatch.terms());
      break;
    } catch (const StoreUnavailable& error) {
      log_.warn("intake write failed", {{"rows", rows.size()}, {"reason", error.what()}});
      if (pauseBeforeRetry(give_up)) continue;
      dispatch.abandon();
      return refuse(group, away());
    } catch (const std::exception& error) {
      for (std::size_t i = 0; i < group.size(); ++i) group[i].notification = std::move(rows[i]);
      return bisect(group, error.what());
    }
  }
  dispatch.stored(outcomes);
  complete(group, rows, std::move(outcomes));
}

void IntakeWriter::complete(Entries& group, const std::vector<NewNotification>& rows,
                            std::vector<IntakeOutcome> outcomes) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto& entry = group[i];
    entry.completion(outcomes[i]);
    for (auto& twice : entry.doubles) twice(asReplay(outcomes[i], *rows[i].idempotency));
  }
}

void IntakeWriter::refuse(Entries& group, const Problem& problem) {
  for (auto& entry : group) {
    entry.completion(failure(problem));
    for (auto& twice : entry.doubles) twice(failure(problem));
  }
}

bool IntakeWriter::pauseBeforeRetry(std::chrono::steady_clock::time_point give_up) {
  constexpr auto kPause = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, kPause, [this] { return stopping_; });
  return !stopping_ && std::chrono::steady_clock::now() < give_up;
}

void IntakeWriter::bisect(Entries& group, const std::string& reason) {
  if (group.size() == 1) {
    log_.error("notification refused by the database",
               {{"notification_id", group[0].notification.id.value}, {"reason", reason}});
    return refuse(group, refused());
  }
  auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
  Entries first(std::make_move_iterator(group.begin()), std::make_move_iterator(middle));
  Entries second(std::make_move_iterator(middle), std::make_move_iterator(group.end()));
  write(first);
  write(second);
}

}  // namespace belfry
