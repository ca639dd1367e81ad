// Instances and operations of a plugin under test, driven step by step.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "belfry/plugin.h"
#include "check/fake_host.h"
#include "check/op_state.h"
#include "check/reach.h"
#include "check/recorder.h"
#include "check/scenario.h"
#include "check/vector_input.h"

namespace belfry::check {

/// create and destroy of whatever interface the plugin provides first.
class Factory {
 public:
  Factory(const bf_plugin& plugin, const Manifest& manifest);
  /// nullptr when the plugin is no channel and no auth plugin.
  const bf_machine_v1* machine() const { return machine_; }
  bool usable() const { return create_ != nullptr; }
  bf_status create(const bf_host& host, std::string_view config, void** out, char* err, std::size_t cap) const;
  void destroy(void* instance) const;

 private:
  const bf_machine_v1* machine_ = nullptr;
  std::function<bf_status(const bf_host*, bf_str, void**, char*, std::size_t)> create_;
  std::function<void(void*)> destroy_;
};

/// A configured instance and the host that it sees.
class Instance {
 public:
  Instance(const Factory& factory, const Manifest& manifest, std::string config, Secrets secrets,
           std::set<std::string> missing = {});
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  bool good() const { return status_ == BF_OK; }
  bf_status status() const { return status_; }
  const std::string& reason() const { return reason_; }
  bf_inst* get() const { return static_cast<bf_inst*>(instance_); }
  const bf_machine_v1& machine() const { return *factory_.machine(); }
  const Reach& reach() const { return reach_; }
  const FakeHost& host() const { return host_; }

 private:
  const Factory& factory_;
  FakeHost host_;
  Reach reach_;
  void* instance_ = nullptr;
  bf_status status_;
  std::string reason_;
};

/// One operation. Emissions since its begin lie in `emissions`.
class Operation {
 public:
  Operation(const Instance& instance, const rapidjson::Value& request, std::int64_t now_ms,
            const bf_ops& ops = Recorder::ops());
  /// The same place, in memory of its own, on another instance.
  Operation(const Operation& other, const Instance& instance);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  OpFrame& frame() { return frame_; }  ///< before begin only
  std::int32_t begin();
  std::int32_t resume(const rapidjson::Value& input);
  /// `input` without its tag.
  std::int32_t resume(const std::string& input, std::uint32_t tag);
  void move();

  bool waiting() const { return last_ == BF_STEP_WAIT; }
  std::int32_t last() const { return last_; }
  Recorder& recorder() { return *recorder_; }
  const rapidjson::Value& emissions() const { return emissions_; }
  /// Emissions and return values of all steps, as text.
  const std::string& transcript() const { return transcript_; }

 private:
  std::int32_t took(std::int32_t step);

  const Instance& instance_;
  const bf_ops& ops_;
  std::unique_ptr<rapidjson::Document> json_ = std::make_unique<rapidjson::Document>();
  const rapidjson::Value& request_;
  VectorInput input_;
  OpFrame frame_;
  std::unique_ptr<Recorder> recorder_;
  OpState state_;
  std::int32_t last_ = BF_STEP_ERROR;
  rapidjson::Value emissions_{rapidjson::kArrayType};
  std::string transcript_;
};

/// Answers an exchange: input as JSON text without tag, for a verb and what was emitted with it.
using Answer = std::function<std::string(const std::string& verb, const rapidjson::Value& emitted)>;

/// Answers whatever waits until the operation ends, or 80 answers were given. False: it did not end.
bool runToEnd(Operation& operation, const Answer& answer, bool last_first = false);

/// Begins and follows a path.
std::unique_ptr<Operation> advance(const Instance& instance, const Scenario& scenario, const Path& path);

/// An answer that lets a step succeed: HTTP 200 with {}, SMTP 250, a token, no value.
std::string goodAnswer(const std::string& verb, const rapidjson::Value& emitted);
/// A verb that ended without an answer.
std::string failedAnswer(const std::string& verb, const rapidjson::Value& emitted, const char* fate, const char* error);
/// An HTTP answer; other verbs succeed.
std::string httpAnswer(const std::string& verb, const rapidjson::Value& emitted, const std::string& http);

/// Calls visit(result object) for each result emitted.
void eachEmitted(const rapidjson::Value& emissions, const char* verb,
                 const std::function<void(const rapidjson::Value&)>& visit);

}  // namespace belfry::check
