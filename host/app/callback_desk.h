// Everything that deals with providers' callbacks, put together: receiving, applying, and the loops behind it.
#pragma once

#include "adapters/prometheus/metrics.h"
#include "app/config/settings.h"
#include "services/callbacks/callbacks.h"
#include "services/callbacks/look_ups.h"
#include "services/callbacks/provider_questions.h"
#include "services/receipts/receipts.h"
#include "workers/periodic_loop.h"

namespace belfry {

class CallbackDesk {
 public:
  /// Everything must outlive it.
  CallbackDesk(const Settings& settings, CallbackStore& store, ReceiptStore& receipt_store, LookUpStore& look_up_store,
               const Directory& directory, const Clock& clock, Metrics& metrics, const Log& log);

  /// `queued` is called when a delivery was put back into the queue. Before start().
  void whenQueued(std::function<void()> queued) { look_ups_.whenQueued(std::move(queued)); }
  /// Starts the threads and the loops of this process's roles.
  void start();
  void stop();
  /// Receipts of settled deliveries may wait. Thread-safe, cheap.
  void releaseNow() { release_.wake(); }
  /// Callbacks were put back for processing. Thread-safe, cheap.
  void recoverNow() { recover_.wake(); }

  Callbacks& callbacks() { return callbacks_; }
  ProviderQuestions& questions() { return questions_; }

 private:
  bool pruneOnce();

  const Settings& settings_;
  CallbackStore& store_;
  ReceiptStore& receipt_store_;
  Receipts receipts_;
  Callbacks callbacks_;
  ProviderQuestions questions_;
  LookUps look_ups_;
  PeriodicLoop overdue_;
  PeriodicLoop recover_;
  PeriodicLoop release_;
  PeriodicLoop prune_;
  PeriodicLoop ask_;
};

}  // namespace belfry
