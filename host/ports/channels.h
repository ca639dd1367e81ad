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
#include "model/inbox.h"
#include "model/receipt.h"
#include "model/tenant.h"

namespace belfry {

/// One rendered message.
struct OutgoingMessage {
  DeliveryId delivery;
  int attempt;
  Channel channel;
  std::string to;
  std::string to_kind;  ///< of a device token: ios, android or web; else empty
  std::string to_name;
  std::string user_id;   ///< empty: the recipient has none
  std::string language;  ///< BCP 47, may be empty
  Priority priority = Priority::medium;
  std::optional<TimePoint> expires_at;
  std::string metadata_json = "{}";
  Fields content;
  Fields options;
  Fields headers;
  std::vector<Attachment> attachments;
  TimePoint created_at;
  std::chrono::steady_clock::time_point
      deadline;  ///< no exchange starts after this, and what runs ends there: the lease is over soon
  /// No exchange starts after this either; what runs may end later: expiresAt.
  std::chrono::steady_clock::time_point begin_by = std::chrono::steady_clock::time_point::max();
};

/// What the plugin made of it.
struct SendOutcome {
  Outcome outcome;
  std::optional<Duration> retry_after;
  std::string provider_message_id;
  std::string code;
  std::string detail;
  std::optional<InboxItem> inbox_item;  ///< to be kept with the settlement: the recipient's inbox gets it
};

/// What the plugin made of a callback: receipts, and the answer that the provider waits for.
struct CallbackOutcome {
  int status = 0;  ///< HTTP status of the answer; 0: the plugin failed, nothing can be said of the callback
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<Receipt> receipts;
  std::string code;    ///< why it was refused or failed, stable: bad_signature, stale, unknown_topic, plugin_error, …
  std::string detail;  ///< for operators
};

/// A delivery whose fate the provider is asked for.
struct StatusQuery {
  DeliveryId delivery;
  int attempt;
  std::string provider_message_id;
  std::string to;
  TimePoint created_at;
};
struct StatusOutcome {
  bool known = false;  ///< the provider has this message; `receipts` say what it knows
  std::vector<Receipt> receipts;
  std::string code;
  std::string detail;
};

/// What would leave, without leaving: a JSON array of exchanges in order, secrets shown as `***`, and the result when
/// the plugin already has one.
struct SendPreview {
  std::string exchanges_json = "[]";
  std::optional<SendOutcome> outcome;
};

/// What there is to rely on when nobody said how a send ended.
struct ChannelCertainty {
  bool idempotent = false;    ///< the provider folds repeats of one delivery id
  bool can_be_asked = false;  ///< lookUp() may have an answer
};

/// A configured provider. Thread-safe. Each `done` is called exactly once, from any thread, and must not block.
class ChannelInstance {
 public:
  virtual ~ChannelInstance() = default;
  /// Nothing leaves: answers are those of the manifest's `simulation`.
  virtual bool simulated() const = 0;
  virtual ChannelCertainty certainty() const { return {}; }
  /// Verifies and normalises a callback of this provider. `deadline` bounds exchanges that it needs (a certificate).
  virtual void receive(std::shared_ptr<const RawCallback> callback, std::chrono::steady_clock::time_point deadline,
                       std::function<void(CallbackOutcome)> done) = 0;
  /// Tries config and credentials without sending: `accepted` when they work.
  virtual void probe(std::chrono::steady_clock::time_point deadline, std::function<void(SendOutcome)> done) = 0;
  /// Asks the provider what became of a message. `code` is `unsupported` where the plugin cannot ask.
  virtual void lookUp(StatusQuery query, std::chrono::steady_clock::time_point deadline,
                      std::function<void(StatusOutcome)> done) = 0;
  /// Runs the plugin without executing anything.
  virtual SendPreview preview(std::shared_ptr<const OutgoingMessage> message) = 0;
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
  std::vector<std::string> egress_hosts;
  bool receipts = false;              ///< sends callbacks
  std::vector<std::string> requests;  ///< kinds of request served besides sends: webhook, probe, token, status
  std::vector<std::string> options;   ///< names of the options of a send that it understands
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
  /// have, config that breaks its schema: "config/port: is too large, is 99999; allowed: integer from 1 to 65535". Says
  /// nothing about what is missing at run time.
  virtual std::vector<std::string> faults(const ProviderInstance& instance) const = 0;
  /// Creates an instance; the error is a readable reason without secrets (unknown plugin, wrong channel, config that
  /// breaks the schema with path, value and allowed, a missing required secret).
  virtual Result<std::shared_ptr<ChannelInstance>, std::string> create(const ProviderInstance& instance) = 0;
};

}  // namespace belfry
