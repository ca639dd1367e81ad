#include "workers/begin_stage.h"

#include <utility>

#include "kit/thread.h"

namespace belfry {
namespace {

/// Taken at once: few enough that what comes meanwhile, of another tenant, has its turn soon.
constexpr std::size_t kHandful = 16;

}  // namespace

BeginStage::BeginStage(std::string name, std::size_t mark, Begin begin, HasRoom has_room)
    : name_(std::move(name)), mark_(mark), begin_(std::move(begin)), has_room_(std::move(has_room)) {}

BeginStage::~BeginStage() { stop(); }

void BeginStage::start() {
  thread_ = std::thread([this] { run(); });
}

bool BeginStage::push(std::vector<Beginning>& beginnings) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  for (auto& one : beginnings) {
    const auto tenant = one.claim.tenant;
    queue_.push(tenant, std::move(one));
  }
  changed_.notify_one();
  return true;
}

bool BeginStage::room() const {
  std::lock_guard lock(mutex_);
  return queue_.size() < mark_;
}

void BeginStage::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void BeginStage::run() {
  nameThread(name_);
  for (;;) {
    std::vector<Beginning> taken;
    bool made_room;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return queue_.size() > 0 || stopping_; });
      if (queue_.size() == 0) return;
      const bool full = queue_.size() >= mark_;
      taken = queue_.take(kHandful);
      made_room = full && queue_.size() < mark_;
    }
    if (made_room) has_room_();
    for (auto& one : taken) begin_(std::move(one));
  }
}

}  // namespace belfry
