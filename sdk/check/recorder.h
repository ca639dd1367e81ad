// The host of the checker inside of an operation: it does what a plugin emits on paper only, holds it to the rules of
// belfry/steps.h, and its clock and random numbers depend on nothing but their inputs.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "belfry/steps.h"
#include "check/emissions.h"
#include "check/reach.h"
#include "check/secrets.h"

namespace belfry::check {

/// A rule that a plugin broke. `rule` is a stable word, such as "two_results"; see mend().
struct Fault {
  std::string rule;
  std::string detail;
};

/// How to mend what broke a rule.
std::string mend(const std::string& rule);

/// What an operation is about, and what it may use.
struct OpFrame {
  std::int32_t kind = 0;  ///< BF_REQ_*; 0: every verb is taken
  std::uint32_t recipients = 1;
  std::int64_t now_ms = 0;
  const Reach* reach = nullptr;  ///< nullptr: everything may be reached
  const Secrets* secrets = nullptr;
  std::map<std::uint64_t, std::string> blobs;
  std::size_t arena_limit = std::size_t{64} << 20;
  std::uint64_t failing_alloc = 0;  ///< the n-th call of alloc (from 1) and all after it give NULL; 0: none
};

/// One operation: the bf_op behind the verbs. Emissions are collected as JSON until takeEmissions.
class Recorder {
 public:
  using Allocator = rapidjson::Document::AllocatorType;

  Recorder(Allocator& json, std::int64_t now_ms) : emissions_(json), json_(json) { frame_.now_ms = now_ms; }
  Recorder(Allocator& json, OpFrame frame) : emissions_(json), json_(json), frame_(std::move(frame)) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  bf_op* op() { return reinterpret_cast<bf_op*>(this); }
  static const bf_ops& ops();
  static Recorder& of(bf_op* op) { return *reinterpret_cast<Recorder*>(op); }

  /// What was emitted since the last call, as an array.
  rapidjson::Value takeEmissions();
  const std::vector<Fault>& faults() const { return faults_; }

  /// What the operation has come to; copied to try several answers from the same place.
  struct Progress {
    std::set<std::uint32_t> results;
    std::set<std::uint32_t> items;
    std::map<std::uint32_t, std::string> waiting;  ///< tag → verb
    std::set<std::string> tokens;
    std::uint32_t tagged = 0;
    std::uint32_t events = 0;
    bool answered = false;  ///< reply, claims, decline, put_token or fail
    std::uint64_t random_state = 0x9e3779b97f4a7c15;
  };
  const Progress& progress() const { return progress_; }
  void restore(Progress progress) { progress_ = std::move(progress); }

  /// Before an answer: the verb that waits under its tag is over.
  void settle(std::uint32_t tag);
  /// After a step: notes what its return value does not fit.
  void close(std::int32_t step);
  /// Overwrites what the arena gave out: whoever keeps pointers into it reads 0x5a.
  void poisonArena();

  void* allocate(std::size_t n, std::size_t align);
  void random(void* out, std::size_t n);
  std::uint64_t allocations() const { return allocations_; }
  const OpFrame& frame() const { return frame_; }
  Emissions& emissions() { return emissions_; }
  Allocator& json() { return json_; }

  /// BF_OK when a verb of these kinds of request may be emitted now.
  bf_status admit(const char* verb, std::initializer_list<std::int32_t> kinds);
  bf_status admitHost(std::string_view host);
  bf_status admitSegments(const bf_seg* list, std::size_t n);
  bf_status admitUrl(const bf_seg* list, std::size_t n);
  bf_status admitHeader(const bf_header& header);
  void knowToken(std::string_view key) { progress_.tokens.insert(std::string(key)); }
  bf_status emit(const char* verb, rapidjson::Value body);
  bf_status emitTagged(const char* verb, rapidjson::Value body, std::uint32_t tag);
  bf_status result(const bf_result& r);
  bf_status item(const bf_item& i);
  bf_status event(const bf_event& e);
  void answered() { progress_.answered = true; }
  bf_status fault(const char* rule, std::string detail, bf_status status);

 private:
  bool whole() const;
  void watch(const rapidjson::Value& value);

  Emissions emissions_;
  Allocator& json_;
  OpFrame frame_;
  Progress progress_;
  std::vector<Fault> faults_;
  std::uint64_t allocations_ = 0;
  std::size_t allocated_ = 0;
  rapidjson::Value list_{rapidjson::kArrayType};
  std::deque<std::vector<char>> arena_;
};

}  // namespace belfry::check
