// What the host counts. Names, units and labels are stable; no label takes unbounded values (no ids, addresses or
// tenants).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "model/vocabulary.h"

namespace belfry {

/// Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  /// `route` is a pattern such as /api/v1/services/notifications/{id}; empty for refused requests.
  void httpRequest(std::string_view method, std::string_view route, int status, std::chrono::microseconds duration);
  void attempt(Channel channel, const std::string& plugin, const std::string& outcome,
               std::chrono::microseconds duration);
  void leaseRescued(bool again);
  /// `plugin` is that of a configured instance, or empty; `result` one of a few words.
  void callback(const std::string& plugin, std::string_view result);
  void receipt(const std::string& plugin, ReceiptType type, ReceiptResult result);
  void feedSequenced(int events);
  /// Deduplication keys that were claimed, the doubles among them, and tenants that were warned of.
  void dedup(std::size_t claims, std::size_t doubles, std::size_t alerts);
  /// Something that a plugin counts. `event` is [a-z0-9_]{1,40}; at most 32 different ones for each plugin are kept,
  /// false says that this one is not.
  bool pluginEvent(const std::string& plugin, std::string_view event, std::uint64_t n);
  /// Bounded values only.
  using Labels = std::map<std::string, std::string>;
  /// A value read when metrics are scraped. Registered at start-up only; `read` must be thread-safe. One name may come
  /// with several sets of labels.
  void gauge(const std::string& name, const std::string& help, std::function<double()> read, const Labels& labels = {});

  /// The text that GET /metrics answers.
  std::string text();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace belfry
