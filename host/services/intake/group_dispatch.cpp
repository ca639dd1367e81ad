#include "services/intake/group_dispatch.h"

namespace belfry {
namespace {

bool dueLater(const NewNotification& row) { return row.scheduled_at && *row.scheduled_at > row.created_at; }

/// What asks for deduplication waits in its lane: it may turn out to be a double, or another may be merged into it.
bool mayGoStraight(const NewNotification& row) { return !dueLater(row) && !row.dedup; }

ClaimedDelivery firstClaim(const NewNotification& row, const NewDelivery& delivery) {
  return {row.tenant, delivery.id, row.id, delivery.channel, row.priority, 1, row.created_at, delivery.address};
}

}  // namespace

GroupDispatch::GroupDispatch(Dispatch& dispatch, std::vector<NewNotification*> rows)
    : dispatch_(dispatch),
      rows_(std::move(rows)),
      terms_(dispatch.terms()),
      claimed_at_(std::chrono::steady_clock::now()) {
  reserve();
  mark();
}

GroupDispatch::~GroupDispatch() {
  for (auto [priority, slots] : reserved_)
    if (slots > 0) dispatch_.giveBack(priority, slots);
}

void GroupDispatch::reserve() {
  std::map<Priority, int> wanted;
  for (const auto* row : rows_)
    if (mayGoStraight(*row)) wanted[row->priority] += static_cast<int>(row->deliveries.size());
  for (auto [priority, count] : wanted) reserved_[priority] = dispatch_.reserve(priority, count);
}

void GroupDispatch::mark() {
  auto left = reserved_;
  for (auto* row : rows_) {
    for (auto& delivery : row->deliveries) delivery.claimed = mayGoStraight(*row) && left[row->priority]-- > 0;
  }
}

void GroupDispatch::stored(const std::vector<bool>& stored) {
  std::vector<HandedOver> handed;
  std::vector<ReadyDelivery> waiting;
  bool later = false;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    auto& row = *rows_[i];
    if (!stored[i]) continue;
    later = later || dueLater(row);
    if (dueLater(row)) continue;
    for (const auto& delivery : row.deliveries)
      if (!delivery.claimed) waiting.push_back({{row.priority, row.tenant, delivery.channel}, delivery.id});
    handOver(row, handed);
  }
  if (!handed.empty()) dispatch_.begin(std::move(handed), claimed_at_);
  if (!waiting.empty()) dispatch_.queued(std::move(waiting));
  if (later) dispatch_.scheduled();
}

void GroupDispatch::handOver(NewNotification& row, std::vector<HandedOver>& to) {
  std::size_t left = 0;
  for (const auto& delivery : row.deliveries) left += delivery.claimed ? 1 : 0;
  reserved_[row.priority] -= static_cast<int>(left);
  for (const auto& delivery : row.deliveries) {
    if (!delivery.claimed) continue;
    LoadedNotification loaded{{}, row.created_at, row.expires_at, row.created_at};
    if (--left == 0) {
      loaded.request = std::move(row.request);
    } else {
      loaded.request = row.request;
    }
    to.push_back({firstClaim(row, delivery), std::move(loaded)});
  }
}

void GroupDispatch::abandon() {
  std::vector<ClaimedDelivery> claims;
  for (const auto* row : rows_)
    for (const auto& delivery : row->deliveries)
      if (delivery.claimed) claims.push_back(firstClaim(*row, delivery));
  for (const auto& claim : claims) --reserved_[claim.priority];
  if (!claims.empty()) dispatch_.release(std::move(claims));
}

}  // namespace belfry
