#include "services/delivery/delivery_pipeline.h"

#include <algorithm>
#include <random>

#include "ports/store_error.h"
#include "services/delivery/event_detail.h"
#include "services/delivery/outgoing_message.h"
#include "services/delivery/provider_text.h"
#include "services/routing/choose_provider.h"

namespace belfry {
namespace {

double random01() {
  // Jitter only spreads load; it needs no secrecy.
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

Patience patienceOf(const LoadedNotification& loaded) {
  return {std::max(loaded.created_at, loaded.first_due), loaded.expires_at};
}

/// On the clock that leases and exchanges run by: how long it takes does not change when the host's time of day does.
std::chrono::steady_clock::time_point beginBy(const LoadedNotification& loaded, TimePoint now) {
  return loaded.expires_at ? std::chrono::steady_clock::now() + (*loaded.expires_at - now)
                           : std::chrono::steady_clock::time_point::max();
}

}  // namespace

DeliveryPipeline::DeliveryPipeline(const Directory& directory, Renderer& renderer, const Clock& clock, const Log& log,
                                   RetryPolicies retry, Settle settle, Observe observe)
    : directory_(directory),
      renderer_(renderer),
      clock_(clock),
      log_(log),
      retry_(std::make_shared<const RetryPolicies>(std::move(retry))),
      settle_(std::move(settle)),
      observe_(std::move(observe)) {}

void DeliveryPipeline::begin(ClaimedDelivery claim, std::optional<LoadedNotification> loaded,
                             std::chrono::steady_clock::time_point deadline) {
  if (!loaded) {
    log_.error("notification cannot be read", {{"notification_id", claim.notification.value}});
    return settle_(settleUnsent(claim, DeliveryState::failed, "unreadable",
                                "the stored notification is missing or cannot be decrypted", clock_.now()));
  }
  const auto patience = patienceOf(*loaded);
  try {
    beginLoaded(claim, std::move(*loaded), deadline);
  } catch (const StoreUnavailable& error) {
    deferNow(claim, "store_unavailable", error.what(), patience);
  } catch (const std::exception& error) {
    // Nothing was sent: plugins do not throw. One delivery that cannot be prepared must not end the loop that begins
    // them all.
    log_.error("delivery cannot be prepared", {{"delivery_id", claim.id.value}, {"reason", error.what()}});
    deferNow(claim, "internal", error.what(), patience);
  }
}

void DeliveryPipeline::deferNow(const ClaimedDelivery& claim, const std::string& code, const std::string& detail,
                                const Patience& patience) {
  settle_(deferUnsent(claim, code, detail, clock_.now(), policyOf(claim.channel), random01(), patience));
}

void DeliveryPipeline::beginLoaded(const ClaimedDelivery& claim, LoadedNotification loaded,
                                   std::chrono::steady_clock::time_point deadline) {
  auto now = clock_.now();
  if (loaded.expires_at && *loaded.expires_at <= now) {
    return settle_(settleUnsent(claim, DeliveryState::expired, "expired",
                                "expiresAt " + formatRfc3339(*loaded.expires_at) + " has passed", now));
  }
  if (claim.channel == Channel::push && loaded.request.recipient.device_tokens.empty()) {
    return settle_(settleUnsent(claim, DeliveryState::skipped, "no_device",
                                "the recipient had no registered device when this was accepted", now));
  }
  std::vector<DeliveryEvent> decisions;
  if (const auto misfire = misfires_ ? misfires_->judge(claim, loaded, now) : std::nullopt) {
    if (misfire->policy != MisfirePolicy::send) return settle_(settleMisfire(claim, *misfire, loaded.expires_at, now));
    decisions.push_back({EventType::decision, now, std::nullopt, {}, toJson(*misfire)});
  }
  auto content = renderer_.render(claim.tenant, loaded.request, claim.channel);
  if (!content) {
    return settle_(
        settleUnsent(claim, DeliveryState::failed, content.error().code, content.error().detail, clock_.now()));
  }
  auto route = chooseProvider(directory_, claim.tenant, claim.channel, gate_);
  if (!route.chosen) {
    // Paused since the claim was held against the gate.
    if (gate_ != nullptr && gate_->closed(claim.tenant, {claim.channel, claim.priority})) return put_back_(claim);
    return deferNow(claim, "no_provider", whyNone(route, claim.channel), patienceOf(loaded));
  }
  send(claim, std::move(loaded), std::move(content).value(), route, std::move(decisions), deadline);
}

void DeliveryPipeline::send(const ClaimedDelivery& claim, LoadedNotification loaded, Fields content, const Route& route,
                            std::vector<DeliveryEvent> decisions, std::chrono::steady_clock::time_point deadline) {
  MessageFrame frame{
      claim.id,          claim.attempt,     claim.channel, claim.priority, static_cast<std::size_t>(claim.address),
      loaded.created_at, loaded.expires_at, deadline};
  const auto patience = patienceOf(loaded);
  const auto begin_by = beginBy(loaded, clock_.now());
  auto message = outgoingMessage(frame, std::move(loaded.request), std::move(content));
  message->begin_by = begin_by;
  auto provider = route.chosen;
  const auto to = message->to;
  auto instance = provider->running;  // keeps a replaced instance alive until its last message is out
  AttemptReport report{
      claim, provider->row.slug, clock_.now(), {}, {}, instance->simulated(), message->user_id, {}, {}, patience, {}};
  if (claim.channel == Channel::push) report.device_token = to;
  report.route_json = toJson(route);
  report.certainty = certaintyOf(route);
  report.decisions = std::move(decisions);
  instance->send(std::move(message), [this, plugin = provider->row.plugin, report = std::move(report), provider,
                                      to](SendOutcome outcome) mutable {
    outcome.detail = withoutAddress(outcome.detail, to);
    report.outcome = std::move(outcome);
    finish(std::move(report), plugin);
  });
}

void DeliveryPipeline::finish(AttemptReport report, const std::string& plugin) {
  report.ended_at = clock_.now();
  const auto channel = report.claim.channel;
  observe_({channel, plugin, std::string(toText(report.outcome.outcome)), report.ended_at - report.started_at});
  settle_(settle(report, policyOf(channel), random01()));
}

void DeliveryPipeline::setGate(const QueueGate& gate, PutBack put_back) {
  gate_ = &gate;
  put_back_ = std::move(put_back);
}

void DeliveryPipeline::setRetry(RetryPolicies retry) {
  retry_.store(std::make_shared<const RetryPolicies>(std::move(retry)));
}

RetryPolicy DeliveryPipeline::policyOf(Channel channel) const {
  auto policies = retry_.load();
  auto found = policies->find(channel);
  return found == policies->end() ? RetryPolicy{} : found->second;
}

}  // namespace belfry
