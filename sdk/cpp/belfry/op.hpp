// What every kind of operation may do.
#pragma once

#include <belfry/steps.h>
#include <belfry/rope.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

namespace belfry {

/// A verb that the host did not take. The trampolines turn it into a failure of the operation.
class VerbFailed : public std::exception {
 public:
  explicit VerbFailed(bf_status status) : status_(status) {}
  bf_status status() const { return status_; }
  const char* what() const noexcept override {
    switch (status_) {
      case BF_E_INVALID: return "the host refused an argument";
      case BF_E_NOMEM: return "the host is out of memory";
      case BF_E_LIMIT: return "a limit is exceeded";
      case BF_E_STATE: return "not allowed in this state";
      case BF_E_DENIED: return "the manifest does not declare this host, secret or interface";
      case BF_E_UNSUPPORTED: return "the host does not know this verb";
      default: return "the host failed";
    }
  }

 private:
  bf_status status_;
};

/// What every kind of operation may do.
class OpBase {
 public:
  OpBase(bf_op* op, const bf_ops* ops) : op_(op), ops_(ops) {}

  /// Unix milliseconds, fixed for one call of begin or resume.
  std::int64_t nowMs() { return BF_HAS(ops_, now_ms) ? ops_->now_ms(op_) : throw VerbFailed(BF_E_UNSUPPORTED); }
  void random(void* out, std::size_t n) {
    if (!BF_HAS(ops_, random)) throw VerbFailed(BF_E_UNSUPPORTED);
    ops_->random(op_, out, n);
  }

  /// Ends the operation without a result. `code` is stable, `detail` for people.
  int fail(std::string_view code, std::string_view detail) {
    if (!BF_HAS(ops_, fail)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->fail(op_, str(code), str(detail)));
    return BF_STEP_DONE;
  }

 protected:
  static void check(bf_status status) {
    if (status != BF_OK) throw VerbFailed(status);
  }
  bf_op* op_;
  const bf_ops* ops_;
};

}  // namespace belfry
