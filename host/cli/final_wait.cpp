#include "cli/final_wait.h"

#include <algorithm>
#include <optional>

#include "cli/failures.h"
#include "cli/text_table.h"
#include "model/vocabulary.h"

namespace belfry::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1000};

bool everyDelivery(const JsonValue& notification, bool (*holds)(DeliveryState)) {
  const auto* deliveries = memberAt(notification, "deliveries");
  if (deliveries == nullptr || !deliveries->IsArray() || deliveries->Empty()) return false;
  return std::all_of(deliveries->Begin(), deliveries->End(), [&](const JsonValue& delivery) {
    const auto* status = memberAt(delivery, "status");
    const auto state = status != nullptr && status->IsString() ? parseDeliveryState(asView(*status)) : std::nullopt;
    return state && holds(*state);
  });
}

bool isTransient(const ApiReply& reply) { return reply.status == 429 || reply.status == 503; }

class Waiter {
 public:
  Waiter(const FinalWait& wait, milliseconds limit) : wait_(wait), end_(wait.now() + limit) {}

  WaitEnd run() {
    for (milliseconds pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
      const auto asked_at = wait_.now();
      if (auto reply = ask()) {
        if (!reply->ok()) return {std::move(*reply), false};
        last_ = std::move(reply);
        if (isComplete()) return {std::move(*last_), true};
      }
      if (!rest(asked_at, pause)) return giveUp();
    }
  }

 private:
  /// nullopt when the host could not answer now.
  std::optional<ApiReply> ask() {
    try {
      auto reply = wait_.ask();
      if (!isTransient(reply)) return reply;
      away_ = "the host answers " + std::to_string(reply.status);
      retry_after_ = std::chrono::seconds(reply.retry_after_s);
    } catch (const HostAway& error) {
      away_ = error.what();
    }
    if (!told_) wait_.trouble(away_);
    told_ = true;
    return std::nullopt;
  }

  bool isComplete() const {
    const auto json = parseJson(last_->body);
    return json && allFinal(*json);
  }

  /// False when the time is up.
  bool rest(SteadyTime asked_at, milliseconds pause) {
    const auto now = wait_.now();
    if (now >= end_) return false;
    const auto next = std::min(asked_at + std::max<milliseconds>(pause, retry_after_), end_);
    retry_after_ = milliseconds(0);
    if (next > now) wait_.pause(std::chrono::ceil<milliseconds>(next - now));
    return true;
  }

  WaitEnd giveUp() {
    if (!last_) throw HostAway(away_);
    return {std::move(*last_), false};
  }

  const FinalWait& wait_;
  const SteadyTime end_;
  std::optional<ApiReply> last_;
  std::string away_;
  milliseconds retry_after_{0};
  bool told_ = false;
};

}  // namespace

WaitEnd waitUntilFinal(const FinalWait& wait, milliseconds limit) { return Waiter(wait, limit).run(); }

bool allFinal(const JsonValue& notification) {
  return everyDelivery(notification, [](DeliveryState state) { return isFinal(state); });
}

bool allSent(const JsonValue& notification) {
  return everyDelivery(notification, [](DeliveryState state) {
    return state == DeliveryState::sent || state == DeliveryState::delivered;
  });
}

}  // namespace belfry::cli
