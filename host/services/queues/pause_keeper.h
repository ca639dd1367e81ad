// Moves what waits in queues that were paused out of the workers' way, and back when they are paused no more. Knows
// nothing but the rows and the pauses: a host that vanishes leaves nothing behind that the next turn does not see.
#pragma once

#include <atomic>

#include "ports/queue_store.h"
#include "services/queues/queue_gate.h"

namespace belfry {

class PauseKeeper {
 public:
  PauseKeeper(QueueStore& store, QueueGate& gate) : store_(store), gate_(gate) {}

  /// Pauses or providers changed: the next turns look again. Thread-safe.
  void changed() { turns_to_look_ = kTurnsAfterChange; }
  /// One turn, each `kTurn`; true: there is more to move. One thread. May throw StoreUnavailable.
  bool turn();

  static constexpr std::chrono::milliseconds kTurn{1000};

 private:
  /// Another host may park a claim a moment after a resume, by what it knew before; so there is a second look, and
  /// more.
  static constexpr int kTurnsAfterChange = 5;
  /// In any case, as often as this.
  static constexpr int kTurnsBetween = 30;

  bool move(const StandingQueue& queue);

  QueueStore& store_;
  QueueGate& gate_;
  std::atomic<int> turns_to_look_{kTurnsAfterChange};
  int turns_since_look_ = 0;
};

}  // namespace belfry
