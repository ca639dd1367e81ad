// Unknown deliveries whose providers are to be asked what became of them: a few questions, ever further apart, then
// what the policy of the lost lease says, or held. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "model/delivery.h"

namespace belfry {

/// How often at most a provider is asked about one delivery that stays held when nobody can say.
constexpr int kMostLookUps = 5;

/// How long before question `number` (from 1): 15 s, 1 min, 4 min, 16 min, 64 min.
constexpr std::chrono::milliseconds lookUpDelay(int number) {
  auto delay = std::chrono::milliseconds(15'000);
  for (int i = 1; i < std::min(number, kMostLookUps); ++i) delay *= 4;
  return delay;
}

struct DueLookUp {
  TenantId tenant;
  DeliveryId delivery;
  Channel channel;
  int attempt;
  std::string provider;  ///< slug of who had the attempt; empty: its worker vanished before it said so
  bool resend;           ///< tried again when nobody can say; else it stays held
  int asked;             ///< how often, this time included
};

/// What follows an answer. While the delivery is unknown: asked again after `again_in`, or tried again, or held.
struct LookUpEnding {
  std::string provider;     ///< who was asked; may be empty
  std::string detail_json;  ///< of the event `looked_up`
  std::optional<std::chrono::milliseconds> again_in;
  bool resend = false;
};

class LookUpStore {
 public:
  virtual ~LookUpStore() = default;
  /// Takes up to `limit` that are due. What is not answered within `limit_for_answer` is due again.
  virtual std::vector<DueLookUp> take(int limit, std::chrono::milliseconds limit_for_answer) = 0;
  /// Writes the event; true: the delivery was put back into the queue. A delivery that has gone on to another attempt
  /// is left alone.
  virtual bool answered(const DueLookUp& look_up, const LookUpEnding& ending) = 0;
  /// Nothing is to be asked any more.
  virtual void drop(const DueLookUp& look_up) = 0;
};

}  // namespace belfry
