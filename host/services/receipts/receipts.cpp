#include "services/receipts/receipts.h"

#include <algorithm>

#include "kit/crypto.h"
#include "ports/store_error.h"
#include "services/receipts/receipt_rules.h"

namespace belfry {
namespace {

constexpr int kReleaseGroup = 200;

std::shared_ptr<const DirectoryInstance> findInstance(const Directory& directory, TenantId id,
                                                      const std::string& slug) {
  const auto tenant = directory.find(id);
  if (!tenant) return nullptr;
  const auto found = std::find_if(tenant->instances.begin(), tenant->instances.end(),
                                  [&](const auto& instance) { return instance->row.slug == slug; });
  return found == tenant->instances.end() ? nullptr : *found;
}

}  // namespace

Receipts::Receipts(ReceiptStore& store, const Directory& directory, const Log& log, Observe observe,
                   ReceiptSettings settings)
    : store_(store), directory_(directory), log_(log), observe_(std::move(observe)), settings_(settings) {}

std::vector<ReceiptOutcome> Receipts::apply(const ProviderInstance& provider, std::optional<CallbackId> callback,
                                            TimePoint received_at, const std::vector<Receipt>& receipts) {
  ReceiptGroup group{};
  group.tenant = provider.tenant;
  group.provider = provider.slug;
  group.callback = callback;
  group.received_at = received_at;
  for (const auto& receipt : receipts) group.receipts.push_back({storable(receipt), std::nullopt, false});
  return applyGroup(std::move(group), provider);
}

bool Receipts::releaseParked() {
  auto groups = store_.releasable(kReleaseGroup);
  bool moved = false;
  for (auto& group : groups) {
    const auto instance = findInstance(directory_, group.tenant, group.provider);
    if (!instance) continue;  // it waits until the instance is back or its time is over
    try {
      for (const auto& outcome : applyGroup(std::move(group), instance->row))
        moved |= outcome.result != ReceiptResult::parked;
    } catch (const StoreRejected& error) {
      log_.error("parked receipts refused by the database",
                 {{"provider", instance->row.slug}, {"reason", error.what()}});
    }
  }
  return moved;
}

std::vector<ReceiptOutcome> Receipts::applyGroup(ReceiptGroup group, const ProviderInstance& provider) {
  group.parked_for = settings_.parked_for;
  group.keys_for = settings_.keys_for;
  for (auto& one : group.receipts) one.wants_request = suppresses(one.receipt) && one.receipt.recipient.empty();
  const ReceiptSource source{provider.slug, provider.channel, group.received_at};
  const AddressHash hash = [&](Channel channel, const std::string& address) {
    return toHex(asView(store_.addressHash(provider.tenant, channel, address)));
  };
  auto outcomes = store_.apply(group, [&](const DeliveryFacts& facts, const Receipt& receipt) {
    return judgeReceipt(facts, receipt, source, hash);
  });
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& receipt = group.receipts[i].receipt;
    observe_({provider.plugin, receipt.type, outcomes[i].result});
    if (outcomes[i].result == ReceiptResult::refused) {
      log_.warn("receipt refused", {{"provider", provider.slug},
                                    {"type", toText(receipt.type)},
                                    {"reason", outcomes[i].reason},
                                    {"delivery_id", receipt.delivery ? receipt.delivery->toString() : ""}});
    }
  }
  return outcomes;
}

}  // namespace belfry
