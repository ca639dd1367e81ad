#include "workers/settle_stream.h"

#include <algorithm>

#include "ports/store_error.h"

namespace belfry {

SettleStream::SettleStream(WorkStore& store, Settled settled, const Log& log)
    : store_(store), settled_(std::move(settled)), log_(log) {}

SettleStream::~SettleStream() { stop(std::chrono::steady_clock::now()); }

void SettleStream::start() {
  thread_ = std::thread([this] { run(); });
}

void SettleStream::push(Settlement settlement) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(settlement));
  arrived_.notify_one();
}

void SettleStream::stop(std::chrono::steady_clock::time_point deadline) {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_ = deadline;
  }
  arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SettleStream::run() {
  nameThread("settle");
  for (;;) {
    auto group = takeGroup();
    if (group.empty()) return;
    settle(std::move(group));
  }
}

std::vector<Settlement> SettleStream::takeGroup() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  auto count = std::min(queue_.size(), kGroupLimit);
  auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Settlement> group(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return group;
}

void SettleStream::settle(std::vector<Settlement> group) {
  for (;;) {
    try {
      auto settled = store_.settle(group);
      if (settled.ended.size() < group.size()) {
        log_.warn("settlements came after their lease was taken over",
                  {{"count", group.size() - settled.ended.size()}});
      }
      if (settled.receipts_wait && receipts_wait_) receipts_wait_();
      return settled_(group);
    } catch (const StoreUnavailable& error) {
      log_.warn("settle failed, will be tried again", {{"attempts", group.size()}, {"reason", error.what()}});
      if (!mayRetry()) return settled_(group);
    } catch (const std::exception& error) {
      if (group.size() == 1) {
        log_.error("settlement refused by the database; the lease decides",
                   {{"delivery_id", group[0].delivery.value}, {"reason", error.what()}});
        return settled_(group);
      }
      auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
      std::vector<Settlement> rest(std::make_move_iterator(middle), std::make_move_iterator(group.end()));
      group.erase(middle, group.end());
      settle(std::move(rest));
    }
  }
}

bool SettleStream::mayRetry() {
  constexpr auto kPause = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  // A pause between two tries, in which only the beginning of a stop is news. What arrives meanwhile joins the queue.
  arrived_.wait_for(lock, kPause, [this, stopping_before = stopping_] { return stopping_ != stopping_before; });
  return std::chrono::steady_clock::now() < give_up_;
}

}  // namespace belfry
