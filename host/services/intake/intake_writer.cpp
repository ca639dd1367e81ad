#include "services/intake/intake_writer.h"

#include <algorithm>
#include <map>

#include "kit/thread.h"
#include "ports/store_error.h"

namespace belfry {
namespace {

Problem stopped() { return {ErrorCode::overloaded, "the host is stopping; nothing was accepted", {}, 1}; }
Problem away() {
  return {ErrorCode::overloaded,
          "the database cannot be reached and it is not known whether this was stored; send it again, with the same "
          "Idempotency-Key if it has one",
          {},
          5};
}
Problem refused() { return {ErrorCode::internal, "the database refused this; nothing of it was stored", {}, 0}; }

/// What a double of the same request is told.
IntakeOutcome asReplay(const IntakeOutcome& first, const IdempotencyClaim& claim) {
  constexpr int kAccepted = 202;
  const auto* stored = std::get_if<Stored>(&first);
  if (stored == nullptr) return first;
  return Replayed{kAccepted, stored->answer_json.empty() ? claim.response_json : stored->answer_json};
}

/// Every row of a group: the sends', then those of each chunk.
std::vector<NewNotification*> allRows(std::vector<NewNotification>& rows, std::vector<NewChunk>& chunks) {
  std::vector<NewNotification*> all;
  for (auto& row : rows) all.push_back(&row);
  for (auto& chunk : chunks)
    for (auto& row : chunk.notifications) all.push_back(&row);
  return all;
}

/// Which of them are stored, in the same order.
std::vector<bool> storedRows(const GroupOutcomes& outcomes, const std::vector<NewChunk>& chunks) {
  std::vector<bool> stored;
  for (const auto& outcome : outcomes.notifications) stored.push_back(std::holds_alternative<Stored>(outcome));
  for (std::size_t i = 0; i < chunks.size(); ++i)
    stored.insert(stored.end(), chunks[i].notifications.size(),
                  std::holds_alternative<ChunkStored>(outcomes.chunks[i]));
  return stored;
}

template <class T>
void moveHalf(std::vector<T>& from, std::vector<T>& to) {
  const auto middle = from.begin() + static_cast<std::ptrdiff_t>(from.size() / 2);
  to.assign(std::make_move_iterator(middle), std::make_move_iterator(from.end()));
  from.erase(middle, from.end());
}

}  // namespace

IntakeWriter::IntakeWriter(IntakeStore& store, Dispatch& dispatch, const Log& log, IntakeWriterSettings settings,
                           std::string name)
    : store_(store),
      dispatch_(dispatch),
      log_(log),
      settings_(settings),
      name_(std::move(name)),
      room_({settings.queue_limit, settings.queue_bytes}, settings.tenant_share_percent) {}

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
  const auto tenant = notification.tenant;
  const auto load = loadOf(notification);
  enqueue(Entry{std::move(notification), std::move(completion), load}, tenant, singles_);
}

void IntakeWriter::submit(NewChunk chunk, ChunkCompletion completion) {
  const auto tenant = chunk.tenant;
  const auto load = loadOf(chunk);
  enqueue(ChunkEntry{std::move(chunk), std::move(completion), load}, tenant, chunks_);
}

template <class Waiting, class Queue>
void IntakeWriter::enqueue(Waiting entry, TenantId tenant, Queue& queue) {
  std::optional<Problem> refusal;
  {
    std::lock_guard lock(mutex_);
    refusal = stopping_ ? stopped() : room_.take(tenant, entry.load);
    if (!refusal) queue.push_back(std::move(entry));
  }
  if (refusal) return entry.completion(failure(std::move(*refusal)));
  arrived_.notify_one();
}

void IntakeWriter::run() {
  nameThread(name_);
  for (;;) {
    auto group = takeGroup();
    if (group.size() == 0) return;
    write(group);
  }
}

IntakeWriter::Group IntakeWriter::takeGroup() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !singles_.empty() || !chunks_.empty(); });
  Group group;
  takeSingles(group);
  takeChunks(group);
  return group;
}

void IntakeWriter::takeSingles(Group& group) {
  auto& taken = group.singles;
  std::deque<Entry> later;
  std::map<std::pair<TenantId, Digest256>, std::size_t> first_of;
  while (!singles_.empty() && taken.size() < settings_.group_limit && later.size() < settings_.group_limit) {
    auto entry = std::move(singles_.front());
    singles_.pop_front();
    const auto& claim = entry.notification.idempotency;
    auto [first, fresh] = claim ? first_of.try_emplace({entry.notification.tenant, claim->key_hash}, taken.size())
                                : std::pair(first_of.end(), true);
    if (!fresh && claim->request_hash != taken[first->second].notification.idempotency->request_hash) {
      // Another request under the same key: the next group finds the first one's row.
      later.push_back(std::move(entry));
      continue;
    }
    room_.give(entry.notification.tenant, entry.load);
    if (fresh) taken.push_back(std::move(entry));
    else taken[first->second].doubles.push_back(std::move(entry.completion));
  }
  singles_.insert(singles_.begin(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
}

void IntakeWriter::takeChunks(Group& group) {
  std::size_t notifications = 0;
  while (!chunks_.empty()) {
    auto& next = chunks_.front();
    notifications += next.load.notifications;
    if (!group.chunks.empty() && notifications > settings_.group_limit) return;
    room_.give(next.chunk.tenant, next.load);
    group.chunks.push_back(std::move(next));
    chunks_.pop_front();
  }
}

GroupOutcomes IntakeWriter::store(const std::vector<NewNotification>& rows, const std::vector<NewChunk>& chunks,
                                  const ClaimTerms& terms) {
  return chunks.empty() ? GroupOutcomes{store_.write(rows, terms), {}} : store_.write(rows, chunks, terms);
}

void IntakeWriter::write(Group& group) {
  std::vector<NewNotification> rows;
  std::vector<NewChunk> chunks;
  rows.reserve(group.singles.size());
  chunks.reserve(group.chunks.size());
  for (auto& entry : group.singles) rows.push_back(std::move(entry.notification));
  for (auto& entry : group.chunks) chunks.push_back(std::move(entry.chunk));
  GroupDispatch dispatch(dispatch_, allRows(rows, chunks));
  const auto give_up = std::chrono::steady_clock::now() + settings_.retry_for;
  GroupOutcomes outcomes;
  for (;;) {
    try {
      outcomes = store(rows, chunks, dispatch.terms());
      break;
    } catch (const StoreUnavailable& error) {
      log_.warn("intake write failed", {{"rows", rows.size()}, {"chunks", chunks.size()}, {"reason", error.what()}});
      if (pauseBeforeRetry(give_up)) continue;
      dispatch.abandon();
      return refuse(group, away());
    } catch (const std::exception& error) {
      for (std::size_t i = 0; i < rows.size(); ++i) group.singles[i].notification = std::move(rows[i]);
      for (std::size_t i = 0; i < chunks.size(); ++i) group.chunks[i].chunk = std::move(chunks[i]);
      return bisect(group, error.what());
    }
  }
  dispatch.stored(storedRows(outcomes, chunks));
  complete(group, rows, std::move(outcomes));
}

void IntakeWriter::complete(Group& group, const std::vector<NewNotification>& rows, GroupOutcomes outcomes) {
  for (std::size_t i = 0; i < group.singles.size(); ++i) {
    auto& entry = group.singles[i];
    const auto& outcome = outcomes.notifications[i];
    entry.completion(outcome);
    for (auto& twice : entry.doubles) twice(asReplay(outcome, *rows[i].idempotency));
  }
  for (std::size_t i = 0; i < group.chunks.size(); ++i) group.chunks[i].completion(std::move(outcomes.chunks[i]));
}

void IntakeWriter::refuse(Group& group, const Problem& problem) {
  for (auto& entry : group.singles) {
    entry.completion(failure(problem));
    for (auto& twice : entry.doubles) twice(failure(problem));
  }
  for (auto& entry : group.chunks) entry.completion(failure(problem));
}

bool IntakeWriter::pauseBeforeRetry(std::chrono::steady_clock::time_point give_up) {
  constexpr auto kPause = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, kPause, [this] { return stopping_; });
  return !stopping_ && std::chrono::steady_clock::now() < give_up;
}

void IntakeWriter::bisect(Group& group, const std::string& reason) {
  if (group.size() == 1) {
    if (group.chunks.empty()) {
      log_.error("notification refused by the database",
                 {{"notification_id", group.singles[0].notification.id.value}, {"reason", reason}});
    } else {
      const auto& chunk = group.chunks[0].chunk;
      log_.error("chunk refused by the database",
                 {{"batch_id", chunk.batch.value}, {"chunk_index", chunk.index}, {"reason", reason}});
    }
    return refuse(group, refused());
  }
  // Sends and chunks part first; then each kind in halves.
  Group second;
  if (group.singles.empty()) moveHalf(group.chunks, second.chunks);
  else if (group.chunks.empty()) moveHalf(group.singles, second.singles);
  else second.chunks.swap(group.chunks);
  write(group);
  write(second);
}

}  // namespace belfry
