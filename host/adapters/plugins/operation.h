// One running operation of a plugin's step machine: the memory it may use, the verbs it may call, and the rule that it runs serially
// whatever thread an answer comes on.
//
// Life: start() calls begin; each answer comes in through deliver(), which calls resume; the operation ends when the plugin says DONE,
// fails, or waits for nothing. end() is then called exactly once. A plugin that breaks a rule harms only this operation.
#pragma once

#include <belfry/steps.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/plugins/arena.h"
#include "adapters/plugins/machine.h"

namespace belfry::plugins {

class Operation;

}  // namespace belfry::plugins

/// What the C ABI calls bf_op.
struct bf_op {
  belfry::plugins::Operation* self;
};

namespace belfry::plugins {

class Operation : public std::enable_shared_from_this<Operation> {
 public:
  virtual ~Operation() = default;

  /// Runs begin and whatever follows at once.
  void start(const bf_req& request);

 protected:
  explicit Operation(std::shared_ptr<const Machine> machine);

  /// An answer to a verb; `input` fills a bf_input whose views live in what it captured, for one call of resume.
  using Input = std::function<void(bf_input& input)>;
  /// Thread-safe. Runs resume here, or leaves it to the thread that is in the plugin now.
  void deliver(Input input);
  /// A verb was accepted whose answer will come through deliver().
  void expectAnswer();

  const Machine& machine() const { return *machine_; }
  const std::string& failCode() const { return fail_code_; }
  const std::string& failDetail() const { return fail_detail_; }
  bool failed() const { return failed_; }

  // Verbs. Called from within begin and resume only.
  virtual bf_status smtp(const bf_smtp& request, uint32_t tag);
  virtual bf_status result(const bf_result& result);
  virtual bf_status credential(std::string id, uint32_t tag);
  virtual bf_status claims(const bf_claims& claims);
  virtual bf_status decline();
  /// The plugin is done, failed, or stuck (`reason` then says how it broke the rules). Called once.
  virtual void end(const std::string& reason) = 0;

 private:
  static const bf_ops kOps;
  static Operation& of(bf_op* op) { return *op->self; }
  void run(std::function<int32_t()> step);
  void step(const std::function<int32_t()>& call);
  void finish(const std::string& reason);
  int32_t resume(const Input& input);

  const std::shared_ptr<const Machine> machine_;
  bf_op op_;
  Arena arena_;
  void* state_ = nullptr;
  int64_t now_ms_ = 0;
  bool failed_ = false;
  std::string fail_code_;
  std::string fail_detail_;

  std::mutex mutex_;
  std::deque<std::function<int32_t()>> steps_;  // guarded by mutex_
  bool running_ = false;                        // guarded by mutex_
  int expected_ = 0;                            // guarded by mutex_; answers that are still to come
  bool ended_ = false;                          // guarded by mutex_
};

}  // namespace belfry::plugins
