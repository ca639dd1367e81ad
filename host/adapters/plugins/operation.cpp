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

/// The name of a token or of a kept value.
bool isKey(const bf_str& key) {
  constexpr std::size_t kMost = 500;
  return isView(key) && key.n > 0 && key.n <= kMost;
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
    .size = sizeof(bf_ops),
    .minor = 0,
    .alloc = [](bf_op* op, size_t n, size_t align) -> void* {
      void* place = nullptr;
      answered(op, [&](Operation& self) -> bf_status {
        place = self.arena_.allocate(n, align);
        return BF_OK;
      });
      return place;
    },
    .http = [](bf_op* op, const bf_http* http, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(http) ? self.http(*http, tag) : BF_E_INVALID; });
    },
    .smtp = [](bf_op* op, const bf_smtp* smtp, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(smtp) ? self.smtp(*smtp, tag) : BF_E_INVALID; });
    },
    .token = [](bf_op* op, bf_str key, int32_t fresh, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) {
        return isKey(key) ? self.token(copy(key), fresh != 0, tag) : bf_status{BF_E_INVALID};
      });
    },
    .put_token = [](bf_op* op, bf_str token, uint32_t ttl_s) -> bf_status {
      return answered(op, [&](Operation& self) { return self.putToken(token, ttl_s); });
    },
    .sleep = [](bf_op* op, uint32_t ms, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return self.sleep(ms, tag); });
    },
    .get = [](bf_op* op, bf_str key, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isKey(key) ? self.get(copy(key), tag) : BF_E_INVALID; });
    },
    .put = [](bf_op* op, bf_str key, bf_str value, uint32_t ttl_s) -> bf_status {
      return answered(op, [&](Operation& self) -> bf_status {
        if (!isKey(key) || !isView(value)) return BF_E_INVALID;
        return self.put(copy(key), copy(value), ttl_s);
      });
    },
    .read_blob = [](bf_op* op, uint64_t blob, uint64_t offset, void* out, size_t n, size_t* got) -> bf_status {
      return answered(op, [&](Operation& self) -> bf_status {
        if (got == nullptr || (out == nullptr && n > 0)) return BF_E_INVALID;
        return self.readBlob(blob, offset, out, n, *got);
      });
    },
    .result = [](bf_op* op, const bf_result* result) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(result) ? self.result(*result) : BF_E_INVALID; });
    },
    .item = [](bf_op* op, const bf_item* item) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(item) ? self.item(*item) : BF_E_INVALID; });
    },
    .event = [](bf_op* op, const bf_event* event) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(event) ? self.event(*event) : BF_E_INVALID; });
    },
    .reply = [](bf_op* op, int32_t status, const bf_kv* headers, size_t n, bf_str body, bf_str code) -> bf_status {
      return answered(op, [&](Operation& self) { return self.reply(status, headers, n, body, code); });
    },
    .credential = [](bf_op* op, bf_str id, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isView(id) ? self.credential(copy(id), tag) : BF_E_INVALID; });
    },
    .verify = [](bf_op* op, const bf_signed* what, uint32_t tag) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(what) ? self.verify(*what, tag) : BF_E_INVALID; });
    },
    .claims = [](bf_op* op, const bf_claims* claims) -> bf_status {
      return answered(op, [&](Operation& self) { return isWhole(claims) ? self.claims(*claims) : BF_E_INVALID; });
    },
    .decline = [](bf_op* op) -> bf_status { return answered(op, [](Operation& self) { return self.decline(); }); },
    .fail = [](bf_op* op, bf_str code, bf_str detail) -> bf_status {
      return answered(op, [&](Operation& self) { return self.fail(code, detail); });
    },
    .now_ms = [](bf_op* op) -> int64_t { return op == nullptr ? 0 : op->self->now_ms_; },
    .random =
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
}

void Operation::start(const bf_req& request, std::shared_ptr<const void> memory) {
  request_ = request;
  request_memory_ = std::move(memory);
  if (state_ == nullptr && machine_->table().op_state_size > 0)
    return finish("asks for more operation state than the host allows");
  auto keep = shared_from_this();
  {
    std::lock_guard lock(mutex_);
    running_ = true;
  }
  step([&] { return machine_->table().begin(machine_->instance(), &op_, &kOps, state_, &request_); });
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
  what.req = &request_;
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

bf_status Operation::http(const bf_http&, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::smtp(const bf_smtp&, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::token(std::string, bool, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::putToken(const bf_str&, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::sleep(uint32_t, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::get(std::string, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::put(std::string, std::string, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::readBlob(uint64_t, uint64_t, void*, size_t, size_t&) { return BF_E_UNSUPPORTED; }
bf_status Operation::result(const bf_result&) { return BF_E_UNSUPPORTED; }
bf_status Operation::item(const bf_item&) { return BF_E_UNSUPPORTED; }
bf_status Operation::event(const bf_event&) { return BF_E_UNSUPPORTED; }
bf_status Operation::reply(int32_t, const bf_kv*, size_t, const bf_str&, const bf_str&) { return BF_E_UNSUPPORTED; }
bf_status Operation::credential(std::string, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::verify(const bf_signed&, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status Operation::claims(const bf_claims&) { return BF_E_UNSUPPORTED; }
bf_status Operation::decline() { return BF_E_UNSUPPORTED; }

}  // namespace belfry::plugins
