#pragma once

#include <atomic>
#include <string>

#include "adapters/redis/redis_client.h"
#include "ports/ready_hints.h"

namespace belfry::redis {

struct RedisReadyHintsSettings {
  std::string prefix = "belfry";  ///< of every key
  int most_in_a_list = 10000;
};

/// Keys, all with the prefix and one hash slot: ready:LANE (list of 16-byte ids), more:LANE (the database holds more),
/// lanes:PRIORITY (lanes by virtual time), clock:PRIORITY, marker. A LANE is the priority's digit, the tenant's 16
/// bytes and the channel's name.
class RedisReadyHints final : public ReadyHints {
 public:
  /// Both clients are to the same server: taking never waits for pushing. They outlive this.
  RedisReadyHints(RedisClient& taking, RedisClient& feeding, RedisReadyHintsSettings settings);

  bool reachable() const noexcept override { return taking_.reachable() && feeding_.reachable(); }
  bool lost() override;
  void push(std::span<const ReadyDelivery> ready) override;
  std::optional<TakenHints> take(const ClaimRoom& room) override;
  void refill(const Lane& lane, std::span<const DeliveryId> ids, bool more) override;
  std::vector<Lane> withoutHints(std::span<const Lane> lanes) override;

 private:
  RedisClient& taking_;
  RedisClient& feeding_;
  const RedisReadyHintsSettings settings_;
  const std::string prefix_;
  std::atomic<std::uint64_t> seen_connections_{0};
};

}  // namespace belfry::redis
