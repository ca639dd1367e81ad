// Asks providers by itself what became of deliveries that are unknown: those whose worker vanished, and those whose
// exchange may have delivered.
//
//   the provider has it        its receipts apply; without one that says more it is `sent`
//   nobody can say             tried again where lease_expired.<channel> says resend; else asked a few times more, then
//   held
//
// Each question is an event `looked_up` of the timeline.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "kit/log.h"
#include "ports/lookup_store.h"
#include "services/callbacks/provider_questions.h"

namespace belfry {

/// Thread-safe.
class LookUps {
 public:
  /// `answer_limit`: how long after a question it may be asked anew, since nobody will answer it any more.
  LookUps(LookUpStore& store, ReceiptStore& receipts, ProviderQuestions& questions, const Directory& directory,
          const Log& log, std::chrono::milliseconds answer_limit);

  /// `queued` is called when a delivery was put back into the queue. Before the first askDue().
  void whenQueued(std::function<void()> queued) { queued_ = std::move(queued); }
  /// Asks what is due and returns at once; answers come on other threads. True: there may be more. May throw
  /// StoreUnavailable.
  bool askDue();

 private:
  struct Answer {
    std::string provider;
    bool known = false;
    std::string code;
    std::string detail;
  };

  void ask(const DueLookUp& look_up);
  std::string whomToAsk(const DueLookUp& look_up) const;
  void conclude(const DueLookUp& look_up, const Answer& answer);

  LookUpStore& store_;
  ReceiptStore& receipts_;
  ProviderQuestions& questions_;
  const Directory& directory_;
  const Log& log_;
  const std::chrono::milliseconds answer_limit_;
  std::function<void()> queued_;
  std::atomic<int> waiting_{0};  ///< questions without an answer
};

}  // namespace belfry
