#include "workers/hint_feeder.h"

#include <algorithm>
#include <utility>

#include "kit/thread.h"

namespace belfry {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kPage = 1000;
constexpr int kMostStalled = 100;  // hints repeated for a lane that does not move

}  // namespace

HintFeeder::HintFeeder(ReadyHints& hints, ReadyStore& store, std::function<void()> fed, const Log& log,
                       HintFeederSettings settings)
    : hints_(hints), store_(store), fed_(std::move(fed)), log_(log), settings_(settings) {}

HintFeeder::~HintFeeder() { stop(); }

void HintFeeder::start() {
  thread_ = std::thread([this] { run(); });
}

void HintFeeder::stop() {
  {
    std::lock_guard lock(mutex_);
    tasks_.stopping = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HintFeeder::push(std::vector<ReadyDelivery> ready) {
  std::lock_guard lock(mutex_);
  if (tasks_.ready.size() + ready.size() > settings_.queue_limit) return;
  tasks_.ready.insert(tasks_.ready.end(), ready.begin(), ready.end());
  changed_.notify_all();
}

void HintFeeder::refill(std::vector<Lane> lanes) {
  std::lock_guard lock(mutex_);
  tasks_.lanes.insert(lanes.begin(), lanes.end());
  changed_.notify_all();
}

void HintFeeder::run() {
  nameThread("hints");
  for (;;) {
    const auto tasks = next();
    if (tasks.stopping) return;
    try {
      work(tasks);
    } catch (const std::exception& error) {
      log_.warn("hints not fed, the next comparison finds what they lack", {{"reason", error.what()}});
    }
  }
}

HintFeeder::Tasks HintFeeder::next() {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, next_comparison_,
                      [this] { return tasks_.stopping || !tasks_.ready.empty() || !tasks_.lanes.empty(); });
  Tasks tasks = std::exchange(tasks_, {});
  tasks.compare = Steady::now() >= next_comparison_;
  return tasks;
}

void HintFeeder::work(const Tasks& tasks) {
  if (tasks.compare) next_comparison_ = Steady::now() + settings_.compare_every;
  if (!hints_.reachable()) return fed_();  // the loops look in the database
  if (!tasks.ready.empty()) hints_.push(tasks.ready);
  for (const auto& lane : tasks.lanes) fill(lane, settings_.refill);
  if (!tasks.ready.empty() || !tasks.lanes.empty()) fed_();
  if (tasks.compare) compare();
}

void HintFeeder::fill(const Lane& lane, int limit) {
  const auto ids = store_.readyIds(lane, limit);
  if (!ids.empty()) hints_.refill(lane, ids, static_cast<int>(ids.size()) == limit);
}

void HintFeeder::compare() {
  const bool lost = hints_.lost();
  if (lost) log_.info("hints are made anew from the database", {});
  std::map<Lane, DeliveryId> oldest;
  std::size_t filled = 0;
  std::optional<Lane> after;
  for (;;) {
    const auto page = store_.readyLanes(after, kPage);
    std::vector<Lane> lanes;
    for (const auto& ready : page) {
      lanes.push_back(ready.lane);
      oldest.emplace(ready.lane, ready.oldest);
    }
    const auto empty = lost ? lanes : hints_.withoutHints(lanes);
    for (const auto& lane : empty) fill(lane, settings_.refill);
    const auto still = stalled(page, empty);
    for (const auto& lane : still) fill(lane, kMostStalled);
    filled += empty.size() + still.size();
    if (page.size() < kPage) break;
    after = page.back().lane;
  }
  oldest_ = std::move(oldest);
  if (filled > 0) fed_();
}

std::vector<Lane> HintFeeder::stalled(const std::vector<ReadyLane>& lanes, const std::vector<Lane>& empty) {
  std::vector<Lane> still;
  for (const auto& ready : lanes) {
    const auto before = oldest_.find(ready.lane);
    const bool same = before != oldest_.end() && before->second == ready.oldest;
    if (same && std::find(empty.begin(), empty.end(), ready.lane) == empty.end()) still.push_back(ready.lane);
  }
  return still;
}

}  // namespace belfry
