#include "services/callbacks/provider_questions.h"

#include <algorithm>

#include "services/delivery/provider_text.h"

namespace belfry {
namespace {

Problem conflict(std::string detail) { return {ErrorCode::state_conflict, std::move(detail), {}, 0}; }
/// Whoever has it took it, even when there is nothing more to say of it yet.
Receipt taken(const StatusOutcome& status) {
  Receipt receipt;
  receipt.type = ReceiptType::sent;
  if (!status.receipts.empty()) receipt.provider_message_id = status.receipts.front().provider_message_id;
  return receipt;
}

Problem stopping() { return {ErrorCode::overloaded, "the host is stopping", {}, 2}; }

}  // namespace

ProviderQuestions::ProviderQuestions(const Directory& directory, ReceiptStore& store, Receipts& receipts,
                                     Callbacks& callbacks, const Clock& clock, std::chrono::milliseconds limit)
    : directory_(directory), store_(store), receipts_(receipts), callbacks_(callbacks), clock_(clock), limit_(limit) {}

Result<ProviderQuestions::Instance, Problem> ProviderQuestions::runningInstance(TenantId id,
                                                                                const std::string& provider) const {
  const auto tenant = directory_.find(id);
  for (const auto& instance : tenant ? tenant->instances : std::vector<Instance>()) {
    if (instance->row.slug != provider) continue;
    if (instance->running) return instance;
    return failure(conflict("the provider '" + provider + "' cannot run: " + instance->row.problem));
  }
  return failure(Problem{ErrorCode::not_found, "there is no provider '" + shorten(provider) + "'", {}, 0});
}

void ProviderQuestions::probe(TenantId tenant, const std::string& provider,
                              std::function<void(Result<ProbeAnswer, Problem>)> done) {
  auto instance = runningInstance(tenant, provider);
  if (!instance) return done(failure(std::move(instance).error()));
  const auto begun = std::chrono::steady_clock::now();
  (*instance)->running->probe(begun + limit_, [begun, instance = *instance, done](SendOutcome outcome) {
    outcome.code = storableText(outcome.code);
    outcome.detail = storableText(outcome.detail);
    const auto took = std::chrono::steady_clock::now() - begun;
    done(ProbeAnswer{std::move(outcome), std::chrono::duration_cast<std::chrono::milliseconds>(took)});
  });
}

void ProviderQuestions::lookUp(TenantId tenant, DeliveryId id, LookedUp done) {
  auto delivery = store_.find(tenant, id);
  if (!delivery) {
    return done(failure(Problem{ErrorCode::not_found, "there is no delivery '" + id.toString() + "'", {}, 0}));
  }
  if (delivery->provider.empty() || delivery->attempt == 0)
    return done(failure(conflict("no provider has this delivery; it is " + std::string(toText(delivery->state)))));
  ask(tenant, std::move(*delivery), std::move(done));
}

void ProviderQuestions::ask(TenantId tenant, SentDelivery delivery, LookedUp done) {
  auto instance = runningInstance(tenant, delivery.provider);
  if (!instance) return done(failure(std::move(instance).error()));
  StatusQuery query{delivery.id, delivery.attempt, delivery.provider_message_id, delivery.to, delivery.created_at};
  auto answered = [this, instance = *instance, delivery = std::move(delivery), done](StatusOutcome status) {
    const bool queued = callbacks_.later([this, instance, delivery, done, status = std::move(status)]() mutable {
      done(applyStatus(instance, delivery, std::move(status)));
    });
    if (!queued) done(failure(stopping()));
  };
  (*instance)->running->lookUp(std::move(query), std::chrono::steady_clock::now() + limit_, std::move(answered));
}

/// What the provider says is of the delivery that it was asked about, whatever its receipts say.
Result<LookUpAnswer, Problem> ProviderQuestions::applyStatus(const Instance& instance, const SentDelivery& delivery,
                                                             StatusOutcome status) {
  if (status.known && delivery.state == DeliveryState::unknown)
    status.receipts.insert(status.receipts.begin(), taken(status));
  LookUpAnswer answer{status.known, storableText(status.code), storableText(status.detail), {}, delivery.state};
  try {
    for (auto& receipt : status.receipts) {
      receipt.delivery = delivery.id;
      if (receipt.attempt == 0) receipt.attempt = delivery.attempt;
    }
    auto outcomes = receipts_.apply(instance->row, std::nullopt, clock_.now(), status.receipts);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      answer.receipts.push_back({std::move(status.receipts[i]), std::move(outcomes[i])});
    if (auto after = store_.find(instance->row.tenant, delivery.id)) answer.state = after->state;
    return answer;
  } catch (const std::exception&) {
    return failure(Problem{ErrorCode::overloaded, "the provider answered, its answer could not be applied", {}, 2});
  }
}

}  // namespace belfry
