// A host for vectors: it records what an operation emits, and its clock, random numbers and hashes depend on nothing
// but their inputs.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "belfry/host.h"
#include "belfry/steps.h"

namespace belfry::check {

/// belfry.log/1 and belfry.crypto/1. Static.
const bf_host& fakeHost();

/// What fakeHost's keyed_hash gives: 32 bytes that differ where the data differs. No cryptography, and none is needed
/// here.
std::string fakeKeyedHash(std::string_view data);

/// One operation: the bf_op behind the verbs. Emissions are collected as JSON until takeEmissions.
class Recorder {
 public:
  using Allocator = rapidjson::Document::AllocatorType;

  Recorder(Allocator& json, std::int64_t now_ms) : json_(json), now_ms_(now_ms) {}

  bf_op* op() { return reinterpret_cast<bf_op*>(this); }
  static const bf_ops& ops();
  static Recorder& of(bf_op* op) { return *reinterpret_cast<Recorder*>(op); }

  /// What was emitted since the last call, as an array.
  rapidjson::Value takeEmissions();

  void* allocate(std::size_t n, std::size_t align);
  void random(void* out, std::size_t n);
  std::int64_t nowMs() const { return now_ms_; }
  void emit(const char* verb, rapidjson::Value body);
  void emit(const char* verb, rapidjson::Value body, std::uint32_t tag);
  Allocator& json() { return json_; }
  rapidjson::Value text(bf_str s);

 private:
  Allocator& json_;
  std::int64_t now_ms_;
  std::uint64_t random_state_ = 0x9e3779b97f4a7c15;
  rapidjson::Value emissions_{rapidjson::kArrayType};
  std::deque<std::vector<char>> arena_;
};

}  // namespace belfry::check
