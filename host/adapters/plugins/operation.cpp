#include "adapters/plugins/operation.h"

#include <chrono>
#include <cstring>

#include "adapters/plugins/plugin_calls.h"
#include "adapters/plugins/plugin_text.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kArenaLimit = 64u << 20;
constexpr std::size_t kMostRandom = 1u << 20;
constexpr std::size_t kMostCode = 200;
constexpr std::size_t kMostDetail = 2000;

int64_t unixMillis() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// A struct that a plugin passes: smaller than what this host reads of it is refused, larger (a newer plugin) is fine.
template <class Struct>
bool isWhole(const Struct* given) {
  return given != nullptr && given->size >= sizeof(Struct);
}

}  // namespace

/// One verb: nothing it throws reaches the plugin, and an operation that failed takes no more.
template <class Verb>
bf_status Operation::answered(bf_op* op, Verb&& verb) noexcept {
  if (op == nullptr) return BF_E_INVALID;
  if (op->self->failed_) return BF_E_STATE;
  return answerPlugin([&] { return verb(*op->self); });
}

const bf_ops Operation::kOps = {
    sizeof(bf_ops),
    0,
    [](bf_op* op, size_t n, size_t align) -> void* {
      void* place = nullptr;
      answered(op, [&](Operation& self) -> bf_status {
        place = self.arena_.allocate(n, align);
        return BF_OK;
      });
      return place;
    },
    [](bf_op* op, const bf_smtp* smtp, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(smtp) ? self.smtp(*smtp, tag) : BF_E_INVALID; });
    },
    [](bf_op* op, const bf_result* result) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(result) ? self.result(*result) : BF_E_INVALID; });
    },
    [](bf_op* op, bf_str id, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isView(id) ? self.credential(copy(id), tag) : BF_E_INVALID; });
    },
    [](bf_op* op, const bf_claims* claims) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(claims) ? self.claims(*claims) : BF_E_INVALID; });
    },
    [](bf_op* op) -> bf_status { return answered(op, [](Operation& self) { return self.decline(); }); },
    [](bf_op* op, bf_str code, bf_str detail) -> bf_status {
      return answered(op, [&](Operation& self) { return self.fail(code, detail); });
    },
    [](bf_op* op) -> int64_t { return op == nullptr ? 0 : op->self->now_ms_; },
    [](bf_op* op, void* out, size_t n) {
      answered(op, [&](Operation& self) -> bf_status {
        self.fillRandom(out, n);
        return BF_OK;
      });
    },
};

Operation::Operation(std::shared_ptr<const Machine> machine)
    : machine_(std::move(machine)), op_{this}, arena_(kArenaLimit) {
  const auto& table = machine_->table();
  if (table.op_state_size == 0) return;
  state_ = arena_.allocate(table.op_state_size,
                           table.op_state_align == 0 ? alignof(std::max_align_t) : table.op_state_align);
  if (state_ != nullptr) std::memset(state_, 0, table.op_state_size);
}

void Operation::start(const bf_req& request) {
  if (state_ == nullptr && machine_->table().op_state_size > 0)
    return finish("asks for more operation state than the host allows");
  auto keep = shared_from_this();
  {
    std::lock_guard lock(mutex_);
    running_ = true;
  }
  step([&] { return machine_->table().begin(machine_->instance(), &op_, &kOps, state_, &request); });
  runPending();
}

void Operation::deliver(Input input) {
  auto keep = shared_from_this();
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    if (running_) return pending_.push_back(std::move(input));  // the thread that is inside the plugin takes it next
    running_ = true;
  }
  step([&] { return resume(input); });
  runPending();
}

void Operation::runPending() {
  for (;;) {
    Input next;
    {
      std::lock_guard lock(mutex_);
      if (ended_ || pending_.empty()) {
        running_ = false;
        return;
      }
      next = std::move(pending_.front());
      pending_.erase(pending_.begin());
    }
    step([&] { return resume(next); });
  }
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

template <class Call>
void Operation::step(Call&& call) {
  now_ms_ = unixMillis();
  std::string thrown;
  auto verdict = callPlugin(call, int32_t{BF_STEP_ERROR}, thrown);
  if (!thrown.empty()) return finish(shown(thrown, kMostDetail));
  if (failed_ || verdict == BF_STEP_DONE) return finish({});
  if (verdict != BF_STEP_WAIT) return finish("returned " + std::to_string(verdict) + " from a step");
  bool stuck;
  {
    std::lock_guard lock(mutex_);
    stuck = expected_ == 0;
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

void Operation::expectAnswer() {
  std::lock_guard lock(mutex_);
  pending_.reserve(expected_ + 1);  // so that deliver() has nothing left that can fail
  ++expected_;
}

void Operation::forgetAnswer() {
  std::lock_guard lock(mutex_);
  --expected_;
}

bf_status Operation::fail(const bf_str& code, const bf_str& detail) {
  failed_ = true;
  fail_code_ = isView(code) && code.n > 0 ? shown(view(code), kMostCode) : "plugin_error";
  if (isView(detail)) fail_detail_ = shown(view(detail), kMostDetail);
  return BF_OK;
}

/// Random numbers that are none would be worse than no operation: it ends where there are none.
void Operation::fillRandom(void* out, std::size_t size) {
  if (size == 0) return;
  auto status = out == nullptr || size > kMostRandom ? bf_status{BF_E_INVALID} : answerPlugin([&]() -> bf_status {
    randomBytes(out, size);
    return BF_OK;
  });
  if (status != BF_OK) fail(view("host_random"), view("the host has no random bytes for this call"));
}

bf_status Operation::smtp(const bf_smtp&, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::result(const bf_result&) { return BF_E_UNSUPPORTED; }
bf_status Operation::credential(std::string, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::claims(const bf_claims&) { return BF_E_UNSUPPORTED; }
bf_status Operation::decline() { return BF_E_UNSUPPORTED; }

}  // namespace belfry::plugins
