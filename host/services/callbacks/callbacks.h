// Providers' callbacks, from the edge to their receipts.
//
//   receive → [writer: stored raw, one commit for whatever arrived] → plugin verifies and normalises
//           → [receipts: applied, or why not] → the plugin's own answer
//
// Nothing is answered with 2xx before it is stored. What is stored and not brought to an end (a host that vanished, a
// plugin that takes too long, a database that went away) stays `received` and is taken up again by recoverLeft(); any
// other can be replayed, with signatures checked against the time it first came.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "kit/log.h"
#include "kit/result.h"
#include "kit/time.h"
#include "model/problem.h"
#include "ports/callback_store.h"
#include "services/callbacks/job_lane.h"
#include "services/receipts/receipts.h"
#include "services/tenants/directory.h"

namespace belfry {

struct CallbackSettings {
  std::chrono::milliseconds timeout{10000};  ///< callbacks.timeout_ms: from its arrival to its answer
  int max_in_flight = 256;                   ///< callbacks.max_in_flight; one instance gets at most half of it
};

/// The plugin's answer to its provider.
struct CallbackReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class Callbacks {
 public:
  /// Called once, from any thread, perhaps before receive() returns; must not wait and must not throw.
  using Done = std::function<void(Result<CallbackReply, Problem>)>;
  /// `result` is a CallbackState, `overloaded`, `unstored`, `timeout` or `unknown`; `plugin` is empty for `unknown`.
  using Observe = std::function<void(const std::string& plugin, std::string_view result)>;
  using Replayed = std::function<void(Result<CallbackView, Problem>)>;

  Callbacks(CallbackStore& store, Receipts& receipts, const Directory& directory, const Log& log, Observe observe,
            CallbackSettings settings);
  ~Callbacks();  ///< stop()

  void start();
  /// Ends what is under way; a plugin that answers later is not heard any more.
  void stop();

  /// Returns at once. not_found when no instance of that plugin has that callback id; overloaded when too many are in
  /// flight, the database is away or the plugin is too slow. Thread-safe.
  void receive(const std::string& plugin, const std::string& callback_id, RawCallback raw, Done done);
  /// Processes a stored one again and tells how it ended. May throw what stores throw.
  void replay(TenantId tenant, CallbackId id, Replayed replayed);
  /// Runs `job` where receipts are applied: it may wait for the database. False after stop().
  bool later(std::function<void()> job) { return conclusions_->push(std::move(job)); }

  /// Step of a loop: takes up what was left behind. True: there may be more. May throw StoreUnavailable.
  bool recoverLeft();
  /// Step of a loop: answers those whose plugin takes too long; they stay stored.
  void answerOverdue();

 private:
  using Instance = std::shared_ptr<const DirectoryInstance>;
  using Clockwork = std::chrono::steady_clock;
  struct Pending;
  using PendingPtr = std::shared_ptr<Pending>;

  Instance findInstance(const std::string& plugin, const std::string& callback_id) const;
  Instance findInstance(const StoredCallback& stored) const;
  bool admit(const PendingPtr& pending);
  void storeGroup(std::vector<PendingPtr> group);
  void process(const PendingPtr& pending);
  void conclude(Pending& pending, const CallbackOutcome& outcome);
  std::string_view applyOutcome(const Pending& pending, const CallbackOutcome& outcome);
  void end(const Pending& pending, CallbackState state, const std::string& reason, const std::string& detail);
  void answer(Pending& pending, Result<CallbackReply, Problem> reply, std::string_view result);

  CallbackStore& store_;
  Receipts& receipts_;
  const Directory& directory_;
  const Log& log_;
  const Observe observe_;
  const CallbackSettings settings_;
  std::mutex mutex_;
  std::map<Uuid, int> in_flight_;           // guarded by mutex_; by instance
  int all_in_flight_ = 0;                   // guarded by mutex_
  std::deque<std::weak_ptr<Pending>> due_;  // guarded by mutex_; in the order of their deadlines
  JobLane<PendingPtr> writer_;
  /// Shared with plugins that are still at work when this is gone: what they say then is dropped.
  std::shared_ptr<JobLane<std::function<void()>>> conclusions_;
};

}  // namespace belfry
