#include "services/receipts/receipt_rules.h"

#include <algorithm>

#include "kit/crypto.h"
#include "services/delivery/provider_text.h"
#include "services/receipts/receipt_detail.h"

namespace belfry {
namespace {

/// A machine that opens a mail again and again must not fill the timeline.
constexpr std::size_t kMostEvents = 200;

struct Meaning {
  std::optional<DeliveryState> state;
  std::optional<EventType> event;
};

Meaning meaningOf(ReceiptType type) {
  switch (type) {
    case ReceiptType::queued: return {};
    case ReceiptType::sent: return {DeliveryState::sent, EventType::sent};
    case ReceiptType::delivered: return {DeliveryState::delivered, EventType::delivered};
    case ReceiptType::delayed: return {{}, EventType::provider_deferred};
    case ReceiptType::bounced:
    case ReceiptType::soft_bounced: return {DeliveryState::bounced, EventType::bounced};
    case ReceiptType::failed: return {DeliveryState::failed, EventType::failed};
    case ReceiptType::opened: return {{}, EventType::opened};
    case ReceiptType::clicked: return {{}, EventType::clicked};
    case ReceiptType::read: return {{}, EventType::read};
    case ReceiptType::complained: return {{}, EventType::complained};
    case ReceiptType::unsubscribed: return {{}, EventType::unsubscribed};
  }
  return {};
}

std::string_view bounceOf(ReceiptType type) {
  if (type == ReceiptType::bounced) return "hard";
  return type == ReceiptType::soft_bounced ? "soft" : "";
}

std::string_view withoutQuery(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

/// One receipt against one delivery.
class Judgement {
 public:
  Judgement(const DeliveryFacts& facts, const Receipt& receipt, const ReceiptSource& source, const AddressHash& hash)
      : facts_(facts),
        receipt_(receipt),
        source_(source),
        hash_(hash),
        attempt_(receipt.attempt > 0 ? receipt.attempt : facts.attempt),
        address_(addressConcerned()) {}

  ReceiptPlan decide() {
    if (facts_.attempt == 0 || attempt_ > facts_.attempt) return parked("not_sent_yet");
    if (facts_.state == DeliveryState::sending) return parked("not_settled_yet");
    if (!sentByThisProvider()) return {ReceiptResult::refused, "wrong_provider", {}, {}, {}, {}};
    auto plan = judged();
    if (suppresses(receipt_) && !suppressedBefore()) addSuppression(plan);
    return plan;
  }

 private:
  static ReceiptPlan parked(std::string reason) { return {ReceiptResult::parked, std::move(reason), {}, {}, {}, {}}; }

  /// An attempt whose worker vanished never said through whom it went.
  bool sentByThisProvider() const {
    auto provider = facts_.providers.find(attempt_);
    return provider == facts_.providers.end() ? facts_.channel == source_.channel
                                              : provider->second == source_.provider;
  }

  ReceiptPlan judged() const {
    const auto meaning = meaningOf(receipt_.type);
    if (!meaning.event) return {ReceiptResult::noted, {}, {}, {}, {}, {}};
    if (!meaning.state) return engagement(*meaning.event);
    if (receipt_.type == ReceiptType::sent && facts_.state == DeliveryState::sent)
      return {ReceiptResult::noted, {}, {}, {}, {}, {}};
    if (auto reason = obstacle(*meaning.state); !reason.empty()) return ignored(reason);
    return movedOn(*meaning.state, *meaning.event);
  }

  ReceiptPlan engagement(EventType type) const {
    if (facts_.events.size() >= kMostEvents) return {ReceiptResult::noted, "timeline_full", {}, {}, {}, {}};
    return {ReceiptResult::applied, {}, {}, {}, {}, {event(type, {})}};
  }

  /// Why the state cannot follow; empty when it can.
  std::string_view obstacle(DeliveryState next) const {
    if (facts_.state == next) return "already_so";
    const bool late = attempt_ < facts_.attempt;
    if (late && next != DeliveryState::delivered) return "earlier_attempt";
    if (isLive(facts_.state) && next != DeliveryState::delivered && receipt_.type != ReceiptType::bounced)
      return "another_attempt_follows";
    return mayTransition(facts_.state, next) ? "" : "not_allowed_any_more";
  }

  /// Recorded once for each attempt and type: later ones say nothing new.
  ReceiptPlan ignored(std::string_view reason) const {
    ReceiptPlan plan{ReceiptResult::ignored, std::string(reason), {}, {}, {}, {}};
    const auto mark = "\"receipt\":\"" + std::string(toText(receipt_.type)) + "\"";
    const bool known = std::any_of(facts_.events.begin(), facts_.events.end(), [&](const DeliveryEvent& event) {
      return event.type == EventType::receipt_ignored && event.attempt == attempt_ && spells(event, mark);
    });
    if (!known) plan.events.push_back(event(EventType::receipt_ignored, reason));
    return plan;
  }

  ReceiptPlan movedOn(DeliveryState state, EventType type) const {
    ReceiptPlan plan{ReceiptResult::applied, {}, state, {}, {}, {event(type, {})}};
    if (state == DeliveryState::bounced || state == DeliveryState::failed) {
      plan.error_code = receipt_.code.empty() ? std::string(toText(receipt_.type)) : receipt_.code;
      plan.error_detail = withoutAddress(receipt_.detail, address_);
    }
    return plan;
  }

  DeliveryEvent event(EventType type, std::string_view reason) const {
    const auto said = withoutAddress(receipt_.detail, address_);
    ReceiptDetail detail{};
    detail.receipt = toText(receipt_.type);
    detail.code = receipt_.code;
    detail.detail = said;
    detail.bounce = bounceOf(receipt_.type);
    detail.url = withoutQuery(receipt_.url);
    detail.reason = reason;
    return {type, happenedAt(), attempt_, source_.provider, toJson(detail)};
  }

  bool suppressedBefore() const {
    const auto mark = "\"reason\":\"" + std::string(toText(receipt_.type)) + "\"";
    return std::any_of(facts_.events.begin(), facts_.events.end(), [&](const DeliveryEvent& event) {
      return event.type == EventType::suppress && spells(event, mark);
    });
  }

  void addSuppression(ReceiptPlan& plan) const {
    ReceiptDetail detail{};
    const auto hash = address_.empty() ? std::string() : hash_(facts_.channel, address_);
    detail.receipt = toText(receipt_.type);
    detail.reason = toText(receipt_.type);
    detail.address_hash = hash;
    plan.events.push_back({EventType::suppress, happenedAt(), attempt_, source_.provider, toJson(detail)});
    if (plan.result == ReceiptResult::noted) plan.result = ReceiptResult::applied;
  }

  /// What a provider dates after its own callback happened with it.
  TimePoint happenedAt() const { return std::min(receipt_.at.value_or(source_.received_at), source_.received_at); }

  /// PostgreSQL writes jsonb with a blank behind each colon; what was not stored yet has none.
  static bool spells(const DeliveryEvent& event, const std::string& mark) {
    auto compact = event.detail_json;
    for (std::size_t at = 0; (at = compact.find("\": \"", at)) != std::string::npos; ++at) compact.erase(at + 2, 1);
    return compact.find(mark) != std::string::npos;
  }

  std::string addressConcerned() const {
    if (!receipt_.recipient.empty()) return receipt_.recipient;
    return facts_.request ? addressFor(facts_.request->recipient, facts_.channel, facts_.address) : std::string();
  }

  const DeliveryFacts& facts_;
  const Receipt& receipt_;
  const ReceiptSource& source_;
  const AddressHash& hash_;
  const int attempt_;
  const std::string address_;
};

}  // namespace

ReceiptPlan judgeReceipt(const DeliveryFacts& facts, const Receipt& receipt, const ReceiptSource& source,
                         const AddressHash& hash) {
  return Judgement(facts, receipt, source, hash).decide();
}

bool suppresses(const Receipt& receipt) {
  return receipt.suppress || receipt.type == ReceiptType::bounced || receipt.type == ReceiptType::complained ||
         receipt.type == ReceiptType::unsubscribed;
}

Receipt storable(Receipt receipt) {
  constexpr std::size_t kMostCode = 200;
  constexpr std::size_t kMostKey = 1000;
  receipt.attempt = std::max(receipt.attempt, 0);
  receipt.provider_message_id = storableText(receipt.provider_message_id, kMostKey);
  if (receipt.dedupe_key.size() > kMostKey) receipt.dedupe_key = toHex(asView(sha256(receipt.dedupe_key)));
  receipt.dedupe_key = storableText(receipt.dedupe_key, kMostKey);
  receipt.recipient = storableText(receipt.recipient, kMostKey);
  receipt.code = storableText(receipt.code, kMostCode);
  receipt.detail = storableText(receipt.detail);
  receipt.url = storableText(receipt.url);
  return receipt;
}

}  // namespace belfry
