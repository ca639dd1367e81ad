// Channel plugins as the engine sees them: configured instances that take a message and answer later with one outcome.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kit/result.h"
#include "model/delivery.h"
#include "model/tenant.h"

namespace belfry {

/// One rendered message.
struct OutgoingMessage {
  DeliveryId delivery;
  int attempt;
  Channel channel;
  std::string to;
  std::string to_name;
  Fields content;
  Fields options;
  Fields headers;
  std::vector<Attachment> attachments;
  TimePoint created_at;
  std::chrono::steady_clock::time_point
      deadline;  ///< no exchange that may deliver starts after this: the lease ends there
};

/// What the plugin made of it.
struct SendOutcome {
  Outcome outcome;
  std::optional<Duration> retry_after;
  std::string provider_message_id;
  std::string code;
  std::string detail;
};

/// A configured provider. Thread-safe.
class ChannelInstance {
 public:
  virtual ~ChannelInstance() = default;
  /// Nothing leaves: answers are those of the manifest's `simulation`.
  virtual bool simulated() const = 0;
  /// Starts sending. `done` is called exactly once, from any thread, and must not block. Never throws for what a plugin
  /// does.
  virtual void send(std::shared_ptr<const OutgoingMessage> message, std::function<void(SendOutcome)> done) = 0;
};

/// What a loaded plugin says of itself.
struct PluginInfo {
  std::string id;
  std::string version;
  std::vector<PluginKind> kinds;
  std::vector<Channel> channels;
  std::vector<std::string> engines;
  std::vector<std::string> required_secrets;
  std::vector<std::string> known_secrets;
  std::string manifest_json;
  std::string file;
  std::string sha256;
  bool loaded = false;
  std::string problem;  ///< why it is not loaded; empty when it is
};

/// Every channel plugin that is loaded. Thread-safe.
class ChannelPlugins {
 public:
  virtual ~ChannelPlugins() = default;
  virtual std::vector<PluginInfo> plugins() const = 0;
  /// nullptr when no plugin has that id.
  virtual const PluginInfo* find(const std::string& plugin) const = 0;
  /// What is wrong with an instance as configured, one line each: no such plugin, a channel or secret that it does not
  /// have, config that breaks its schema (path, value and what is allowed). Says nothing about what is missing at run
  /// time.
  virtual std::vector<std::string> faults(const ProviderInstance& instance) const = 0;
  /// Creates an instance; the error is a readable reason without secrets (unknown plugin, wrong channel, config that
  /// breaks the schema with path, value and allowed, a missing required secret).
  virtual Result<std::shared_ptr<ChannelInstance>, std::string> create(const ProviderInstance& instance) = 0;
};

}  // namespace belfry
