#include "services/intake/intake_room.h"

#include <algorithm>

namespace belfry {
namespace {

std::size_t sizeOf(const Fields& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, text] : fields) bytes += name.size() + text.size();
  return bytes;
}

bool fits(const IntakeLoad& waiting, const IntakeLoad& load, const IntakeLoad& limit) {
  return waiting.notifications + load.notifications <= limit.notifications && waiting.bytes + load.bytes <= limit.bytes;
}

IntakeLoad percentOf(const IntakeLoad& limit, int percent) {
  const auto part = static_cast<std::size_t>(percent);
  return {limit.notifications * part / 100, limit.bytes * part / 100};
}

void add(IntakeLoad& to, const IntakeLoad& load) {
  to.notifications += load.notifications;
  to.bytes += load.bytes;
}

void subtract(IntakeLoad& from, const IntakeLoad& load) {
  from.notifications -= load.notifications;
  from.bytes -= load.bytes;
}

}  // namespace

IntakeLoad loadOf(const NewNotification& notification) {
  const auto& request = notification.request;
  auto bytes = sizeof notification + request.data_json.size() + request.metadata_json.size() +
               notification.deliveries.size() * sizeof(NewDelivery);
  for (const auto& [channel, fields] : request.content) bytes += sizeOf(fields);
  for (const auto& [channel, options] : request.options) bytes += sizeOf(options.options) + sizeOf(options.headers);
  for (const auto& attachment : request.attachments) bytes += attachment.bytes.size();
  if (notification.idempotency) bytes += notification.idempotency->response_json.size();
  return {1, bytes};
}

IntakeLoad loadOf(const NewChunk& chunk) {
  IntakeLoad load;
  for (const auto& notification : chunk.notifications) add(load, loadOf(notification));
  // A chunk without any still waits for its answer.
  return {std::max<std::size_t>(load.notifications, 1), load.bytes + sizeof chunk};
}

IntakeRoom::IntakeRoom(IntakeLoad limit, int tenant_share_percent)
    : limit_(limit), share_(percentOf(limit, tenant_share_percent)), shared_(tenant_share_percent < 100) {}

std::optional<Problem> IntakeRoom::take(TenantId tenant, IntakeLoad load) {
  auto& own = of_tenant_[tenant];
  if (shared_ && own.notifications > 0 && !fits(own, load, share_)) {
    return Problem{ErrorCode::rate_limited,
                   "this tenant's share of the intake queue is full: " + std::to_string(own.notifications) +
                       " of its notifications wait to be stored; nothing was accepted",
                   {},
                   1};
  }
  if (waiting_.notifications > 0 && !fits(waiting_, load, limit_)) {
    if (own.notifications == 0) of_tenant_.erase(tenant);
    return Problem{ErrorCode::overloaded, "the intake queue is full; nothing was accepted", {}, 1};
  }
  add(own, load);
  add(waiting_, load);
  return std::nullopt;
}

void IntakeRoom::give(TenantId tenant, IntakeLoad load) {
  subtract(waiting_, load);
  const auto own = of_tenant_.find(tenant);
  subtract(own->second, load);
  if (own->second.notifications == 0) of_tenant_.erase(own);
}

}  // namespace belfry
