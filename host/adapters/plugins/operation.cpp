#include "adapters/plugins/operation.h"

#include <chrono>
#include <cstring>

#include "adapters/plugins/plugin_text.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kArenaLimit = 64u << 20;

int64_t unixMillis() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

// Every verb refuses a struct that is smaller than what this host reads of it.
const bf_ops Operation::kOps = {
    sizeof(bf_ops),
    0,
    [](bf_op* op, size_t n, size_t align) { return of(op).arena_.allocate(n, align); },
    [](bf_op* op, const bf_smtp* smtp, uint32_t tag) -> bf_status {
      return smtp->size < sizeof(bf_smtp) ? BF_E_INVALID : of(op).smtp(*smtp, tag);
    },
    [](bf_op* op, const bf_result* result) -> bf_status {
      return result->size < sizeof(bf_result) ? BF_E_INVALID : of(op).result(*result);
    },
    [](bf_op* op, bf_str id, uint32_t tag) -> bf_status { return of(op).credential(copy(id), tag); },
    [](bf_op* op, const bf_claims* claims) -> bf_status {
      return claims->size < sizeof(bf_claims) ? BF_E_INVALID : of(op).claims(*claims);
    },
    [](bf_op* op) -> bf_status { return of(op).decline(); },
    [](bf_op* op, bf_str code, bf_str detail) -> bf_status {
      of(op).failed_ = true;
      of(op).fail_code_ = copy(code);
      of(op).fail_detail_ = copy(detail);
      return BF_OK;
    },
    [](bf_op* op) { return of(op).now_ms_; },
    [](bf_op*, void* out, size_t n) { randomBytes(out, n); },
};

Operation::Operation(std::shared_ptr<const Machine> machine) : machine_(std::move(machine)), op_{this}, arena_(kArenaLimit) {
  const auto& table = machine_->table();
  if (table.op_state_size == 0) return;
  state_ = arena_.allocate(table.op_state_size, table.op_state_align == 0 ? alignof(std::max_align_t) : table.op_state_align);
  if (state_ != nullptr) std::memset(state_, 0, table.op_state_size);
}

void Operation::start(const bf_req& request) {
  if (state_ == nullptr && machine_->table().op_state_size > 0) return finish("asks for more operation state than the host allows");
  run([&] { return machine_->table().begin(machine_->instance(), &op_, &kOps, state_, &request); });
}

void Operation::deliver(Input input) {
  run([this, input = std::move(input)] { return resume(input); });
}

int32_t Operation::resume(const Input& input) {
  {
    std::lock_guard lock(mutex_);
    --expected_;
  }
  bf_input what{};
  what.size = sizeof what;
  input(what);
  return machine_->table().resume(machine_->instance(), &op_, &kOps, state_, &what);
}

void Operation::expectAnswer() {
  std::lock_guard lock(mutex_);
  ++expected_;
}

void Operation::run(std::function<int32_t()> first) {
  auto keep = shared_from_this();
  {
    std::lock_guard lock(mutex_);
    steps_.push_back(std::move(first));
    if (running_) return;  // the thread that is inside the plugin takes it next
    running_ = true;
  }
  for (;;) {
    std::function<int32_t()> next;
    {
      std::lock_guard lock(mutex_);
      if (ended_ || steps_.empty()) {
        running_ = false;
        return;
      }
      next = std::move(steps_.front());
      steps_.pop_front();
    }
    step(next);
  }
}

void Operation::step(const std::function<int32_t()>& call) {
  now_ms_ = unixMillis();
  int32_t verdict = call();
  if (failed_) return finish({});
  if (verdict == BF_STEP_DONE) return finish({});
  if (verdict != BF_STEP_WAIT) return finish("returned " + std::to_string(verdict) + " from a step");
  bool stuck;
  {
    std::lock_guard lock(mutex_);
    stuck = expected_ == 0 && steps_.empty();
  }
  if (stuck) finish("waits, but asked for nothing");
}

void Operation::finish(const std::string& reason) {
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
  }
  end(reason);
}

bf_status Operation::smtp(const bf_smtp&, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::result(const bf_result&) { return BF_E_UNSUPPORTED; }
bf_status Operation::credential(std::string, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::claims(const bf_claims&) { return BF_E_UNSUPPORTED; }
bf_status Operation::decline() { return BF_E_UNSUPPORTED; }

}  // namespace belfry::plugins
