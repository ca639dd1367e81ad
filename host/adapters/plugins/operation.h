// One running operation of a plugin's step machine: the memory it may use, the verbs it may call, and the rule that it
// runs serially whatever thread an answer comes on.
//
// Life: start() calls begin; each answer comes in through deliver(), which calls resume; the operation ends when the
// plugin says DONE, fails, breaks a rule, or waits for nothing. end() is then called exactly once, and what comes later
// is dropped. A plugin that breaks a rule harms only this operation: a wrong argument is refused with a status, and an
// exception that it lets out ends the operation (plugin_calls.h says how far that can be contained).
//
// Serial without a thread of its own: whoever delivers while nobody is inside the plugin runs the step; an answer that
// comes while a step runs (on another thread, or from within a verb, as an exchange that was stopped does) waits in
// pending_ for the one who runs it.
#pragma once

#include <belfry/steps.h>

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

  /// Runs begin and whatever follows at once. Called once. Every step sees the request again: what its views show lives
  /// in `memory`, or in what the operation itself keeps.
  void start(const bf_req& request, std::shared_ptr<const void> memory = nullptr);

 protected:
  explicit Operation(std::shared_ptr<const Machine> machine);

  /// An answer to a verb; `input` fills a bf_input whose views live in what it captured, for one call of resume.
  using Input = std::function<void(bf_input& input)>;
  /// Thread-safe. Runs resume here, or leaves it to the thread that is in the plugin now.
  void deliver(Input input);
  /// A verb was accepted whose answer will come through deliver(). Called within a step.
  void expectAnswer();
  /// The answer will not come after all: what should have brought it could not be started. Called within the same step.
  void forgetAnswer();

  const Machine& machine() const { return *machine_; }
  /// Unix milliseconds, fixed for one step.
  int64_t nowMs() const { return now_ms_; }
  /// What the plugin gave to the verb `fail`, fit to be shown.
  const std::string& failCode() const { return fail_code_; }
  const std::string& failDetail() const { return fail_detail_; }
  bool failed() const { return failed_; }

  // Verbs. Called within a step only; what they throw becomes a status.
  virtual bf_status http(const bf_http& request, uint32_t tag);
  virtual bf_status smtp(const bf_smtp& request, uint32_t tag);
  virtual bf_status token(std::string key, bool fresh, uint32_t tag);
  virtual bf_status putToken(const bf_str& token, uint32_t ttl_s);
  virtual bf_status sleep(uint32_t ms, uint32_t tag);
  virtual bf_status get(std::string key, uint32_t tag);
  virtual bf_status put(std::string key, std::string value, uint32_t ttl_s);
  virtual bf_status readBlob(uint64_t blob, uint64_t offset, void* out, size_t n, size_t& got);
  virtual bf_status result(const bf_result& result);
  virtual bf_status item(const bf_item& item);
  virtual bf_status event(const bf_event& event);
  virtual bf_status reply(int32_t status, const bf_kv* headers, size_t n_headers, const bf_str& body,
                          const bf_str& code);
  virtual bf_status credential(std::string id, uint32_t tag);
  virtual bf_status verify(const bf_signed& what, uint32_t tag);
  virtual bf_status claims(const bf_claims& claims);
  virtual bf_status decline();
  /// The plugin is done, failed, or stuck (`reason` then says how it broke the rules). Called once.
  virtual void end(const std::string& reason) = 0;

 private:
  static const bf_ops kOps;
  template <class Verb>
  static bf_status answered(bf_op* op, Verb&& verb) noexcept;
  bf_status fail(const bf_str& code, const bf_str& detail);
  void fillRandom(void* out, std::size_t size);

  template <class Call>
  void step(Call&& call);
  void runPending();
  void finish(const std::string& reason);
  int32_t resume(const Input& input);

  const std::shared_ptr<const Machine> machine_;
  bf_op op_;
  Arena arena_;
  bf_req request_{};
  std::shared_ptr<const void> request_memory_;
  void* state_ = nullptr;
  int64_t now_ms_ = 0;
  bool failed_ = false;
  std::string fail_code_;
  std::string fail_detail_;

  std::mutex mutex_;
  std::vector<Input> pending_;  // guarded by mutex_; answers that came while a step ran, oldest first
  bool running_ = false;        // guarded by mutex_
  std::size_t expected_ = 0;    // guarded by mutex_; answers that resume has not been called with
  bool ended_ = false;          // guarded by mutex_
};

}  // namespace belfry::plugins
