#include "services/intake/intake_writer.h"

#include <set>

#include "kit/thread.h"
#include "ports/store_error.h"

namespace belfry {
namespace {

Problem tooBusy() { return {ErrorCode::overloaded, "the intake queue is full; nothing was accepted", {}, 1}; }
Problem away() { return {ErrorCode::overloaded, "the database cannot be reached; the notification was not accepted", {}, 5}; }

}  // namespace

IntakeWriter::IntakeWriter(IntakeStore& store, std::function<void()> stored, const Log& log, IntakeWriterSettings settings)
    : store_(store), stored_(std::move(stored)), log_(log), settings_(settings) {}

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
      queue_.push_back({std::move(notification), std::move(completion)});
      arrived_.notify_one();
      return;
    }
  }
  completion(failure(tooBusy()));
}

void IntakeWriter::run() {
  nameThread("intake");
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
  std::set<std::pair<TenantId, Digest256>> keys;
  while (!queue_.empty() && group.size() < settings_.group_limit) {
    auto entry = std::move(queue_.front());
    queue_.pop_front();
    const auto& claim = entry.notification.idempotency;
    // A double inside one group waits for the next, where it finds the first one's answer.
    bool first = !claim || keys.emplace(entry.notification.tenant, claim->key_hash).second;
    if (first) {
      group.push_back(std::move(entry));
    } else {
      later.push_back(std::move(entry));
    }
  }
  queue_.insert(queue_.begin(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
  return group;
}

void IntakeWriter::write(Entries& group) {
  std::vector<NewNotification> rows;
  rows.reserve(group.size());
  for (auto& entry : group) rows.push_back(std::move(entry.notification));
  const auto give_up = std::chrono::steady_clock::now() + settings_.retry_for;
  for (;;) {
    try {
      auto outcomes = store_.write(rows);
      stored_();
      for (std::size_t i = 0; i < group.size(); ++i) group[i].completion(std::move(outcomes[i]));
      return;
    } catch (const StoreUnavailable& error) {
      log_.warn("intake write failed", {{"rows", rows.size()}, {"reason", error.what()}});
      if (pauseBeforeRetry(give_up)) continue;
      for (auto& entry : group) entry.completion(failure(away()));
      return;
    } catch (const std::exception& error) {
      for (std::size_t i = 0; i < group.size(); ++i) group[i].notification = std::move(rows[i]);
      return bisect(group, error.what());
    }
  }
}

bool IntakeWriter::pauseBeforeRetry(std::chrono::steady_clock::time_point give_up) {
  constexpr auto kPause = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, kPause, [this] { return stopping_; });
  return std::chrono::steady_clock::now() < give_up;
}

void IntakeWriter::bisect(Entries& group, const std::string& reason) {
  if (group.size() == 1) {
    log_.error("notification refused by the database", {{"notification_id", group[0].notification.id.value}, {"reason", reason}});
    group[0].completion(failure(Problem{ErrorCode::internal, "the notification could not be stored", {}, 0}));
    return;
  }
  auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
  Entries first(std::make_move_iterator(group.begin()), std::make_move_iterator(middle));
  Entries second(std::make_move_iterator(middle), std::make_move_iterator(group.end()));
  write(first);
  write(second);
}

}  // namespace belfry
