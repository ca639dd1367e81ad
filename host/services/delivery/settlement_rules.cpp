#include "services/delivery/settlement_rules.h"

#include "services/delivery/event_detail.h"
#include "services/delivery/provider_text.h"

namespace belfry {
namespace {

struct Ending {
  DeliveryState state;
  EventType event;
  bool may_retry;
};

Ending endingOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted: return {DeliveryState::sent, EventType::sent, false};
    case Outcome::delivered: return {DeliveryState::delivered, EventType::delivered, false};
    case Outcome::rejected_recipient: return {DeliveryState::bounced, EventType::bounced, false};
    case Outcome::rejected_request: return {DeliveryState::failed, EventType::failed, false};
    case Outcome::unknown: return {DeliveryState::unknown, EventType::unknown, false};
    case Outcome::credential:
    case Outcome::throttled:
    case Outcome::retry: return {DeliveryState::failed, EventType::failed, true};
  }
  return {DeliveryState::unknown, EventType::unknown, false};
}

bool wasTaken(DeliveryState state) { return state == DeliveryState::sent || state == DeliveryState::delivered; }

InboxItem storable(const InboxItem& item) {
  constexpr std::size_t kMostText = 64 * 1024;
  return {storableText(item.title),    storableText(item.body, kMostText),
          storableText(item.category), storableText(item.action_url),
          storableText(item.icon),     item.data_json};
}

/// A reply with a byte that the database refuses must not make its settlement fail: the delivery would be sent again.
SendOutcome storable(const SendOutcome& outcome) {
  constexpr std::size_t kMostCode = 200;
  constexpr std::size_t kMostMessageId = 1000;
  return {outcome.outcome,
          outcome.retry_after,
          storableText(outcome.provider_message_id, kMostMessageId),
          storableText(outcome.code, kMostCode),
          storableText(outcome.detail),
          outcome.inbox_item};
}

Settlement base(const ClaimedDelivery& claim) {
  Settlement settlement{};
  settlement.tenant = claim.tenant;
  settlement.delivery = claim.id;
  settlement.attempt = claim.attempt;
  settlement.priority = claim.priority;
  return settlement;
}

void defer(Settlement& settlement, const ClaimedDelivery& claim, const std::string& provider, TimePoint at,
           Duration delay, EventDetail detail) {
  settlement.state = DeliveryState::deferred;
  settlement.due_at = at + delay;
  detail.delay = delay;
  settlement.events.push_back({EventType::retry, at, claim.attempt, provider, toJson(detail)});
}

/// What a final attempt leaves beside its delivery: the inbox item, and what is known of the device now.
void addTraces(Settlement& settlement, const AttemptReport& report) {
  const bool taken = wasTaken(settlement.state);
  if (taken && report.outcome.inbox_item) {
    settlement.user_id = report.user_id;
    settlement.inbox_item = storable(*report.outcome.inbox_item);
  }
  const bool dead = report.outcome.outcome == Outcome::rejected_recipient;
  if (report.device_token.empty() || report.simulated || !(taken || dead)) return;
  settlement.device = DeviceReport{report.device_token, dead ? settlement.error_code : std::string()};
}

EventType endingEvent(DeliveryState state) {
  if (state == DeliveryState::expired) return EventType::expired;
  return state == DeliveryState::skipped ? EventType::skipped : EventType::failed;
}

}  // namespace

Settlement settle(const AttemptReport& report, const RetryPolicy& policy, double random01) {
  const auto outcome = storable(report.outcome);
  auto settlement = base(report.claim);
  settlement.provider = report.provider;
  settlement.provider_message_id = outcome.provider_message_id;
  settlement.events.push_back(
      {EventType::sending, report.started_at, report.claim.attempt, report.provider, report.route_json});

  auto ending = endingOf(outcome.outcome);
  EventDetail detail{toText(outcome.outcome),     outcome.code, outcome.detail,
                     outcome.provider_message_id, {},           report.simulated};
  if (!wasTaken(ending.state)) {
    settlement.error_code = outcome.code.empty() ? std::string(toText(outcome.outcome)) : outcome.code;
    settlement.error_detail = outcome.detail;
  }
  if (ending.may_retry) {
    if (auto delay = nextDelay(policy, report.claim.attempt, outcome.retry_after, random01)) {
      defer(settlement, report.claim, report.provider, report.ended_at, *delay, detail);
      return settlement;
    }
  }
  settlement.state = ending.state;
  addTraces(settlement, report);
  settlement.events.push_back({ending.event, report.ended_at, report.claim.attempt, report.provider, toJson(detail)});
  return settlement;
}

Settlement settleUnsent(const ClaimedDelivery& claim, DeliveryState state, const std::string& code,
                        const std::string& detail, TimePoint at) {
  auto settlement = base(claim);
  settlement.state = state;
  settlement.error_code = code;
  settlement.error_detail = storableText(detail);
  settlement.events.push_back({endingEvent(state),
                               at,
                               claim.attempt,
                               {},
                               toJson(EventDetail{{}, code, settlement.error_detail, {}, {}, false})});
  return settlement;
}

Settlement deferUnsent(const ClaimedDelivery& claim, const std::string& code, const std::string& detail, TimePoint at,
                       const RetryPolicy& policy, double random01) {
  auto delay = nextDelay(policy, claim.attempt, std::nullopt, random01);
  if (!delay) return settleUnsent(claim, DeliveryState::failed, code, detail, at);
  auto settlement = base(claim);
  settlement.error_code = code;
  settlement.error_detail = storableText(detail);
  defer(settlement, claim, {}, at, *delay, EventDetail{{}, code, settlement.error_detail, {}, {}, false});
  return settlement;
}

}  // namespace belfry
