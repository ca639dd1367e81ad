#include "services/delivery/misfires.h"

#include "services/delivery/settlement_rules.h"
#include "services/schedules/firing_times.h"

namespace belfry {
namespace {

const std::string& firstNamed(const std::string& first, const std::string& second, const std::string& third) {
  return !first.empty() ? first : !second.empty() ? second : third;
}

std::string inSeconds(Duration late) { return std::to_string(std::chrono::floor<std::chrono::seconds>(late).count()); }

}  // namespace

Misfires::Misfires(const TimeZones& zones, MisfireSettings settings) : zones_(zones) { apply(std::move(settings)); }

void Misfires::apply(MisfireSettings settings) {
  settings_.store(std::make_shared<const MisfireSettings>(std::move(settings)));
}

std::optional<Misfire> Misfires::judge(const ClaimedDelivery& claim, const LoadedNotification& loaded,
                                       TimePoint now) const {
  if (claim.attempt != 1 || claim.due_at <= loaded.created_at) return std::nullopt;
  const auto settings = settings_.load();
  const auto late = now - claim.due_at;
  if (late <= settings->after) return std::nullopt;
  const auto& said = loaded.request.misfire;
  Misfire misfire{said.value_or(settings->policy), said.has_value(), claim.due_at, late, std::nullopt};
  if (misfire.policy == MisfirePolicy::defer)
    misfire.deferred_to = nextDay(loaded.request, *settings, claim.due_at, now);
  return misfire;
}

TimePoint Misfires::nextDay(const NotificationRequest& request, const MisfireSettings& settings, TimePoint at,
                            TimePoint now) const {
  const auto* zone = zones_.find(firstNamed(request.timezone, request.recipient.timezone, settings.timezone));
  if (zone == nullptr) zone = zones_.find("UTC");
  return sameTimeNextDay(*zone, at, now);
}

Settlement settleMisfire(const ClaimedDelivery& claim, const Misfire& misfire, std::optional<TimePoint> expires_at,
                         TimePoint now) {
  const auto late = "taken up " + inSeconds(misfire.late) + " s after its time, " + formatRfc3339(misfire.scheduled_at);
  if (misfire.policy == MisfirePolicy::defer && !(expires_at && *expires_at <= *misfire.deferred_to)) {
    Settlement settlement{};
    settlement.tenant = claim.tenant;
    settlement.delivery = claim.id;
    settlement.attempt = claim.attempt;
    settlement.state = DeliveryState::deferred;
    settlement.due_at = misfire.deferred_to;
    settlement.error_code = "misfire";
    settlement.error_detail = late + "; deferred to " + formatRfc3339(*misfire.deferred_to);
    settlement.events.push_back({EventType::deferred, now, std::nullopt, {}, toJson(misfire)});
    return settlement;
  }
  const bool skipped = misfire.policy == MisfirePolicy::skip;
  auto settlement =
      settleUnsent(claim, skipped ? DeliveryState::skipped : DeliveryState::expired, "misfire",
                   late + (skipped ? "" : "; it would wait past expiresAt, " + formatRfc3339(*expires_at)), now);
  settlement.events.insert(settlement.events.begin(), {EventType::decision, now, std::nullopt, {}, toJson(misfire)});
  return settlement;
}

}  // namespace belfry
