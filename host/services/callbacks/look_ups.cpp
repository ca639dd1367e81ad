#include "services/callbacks/look_ups.h"

#include "ports/store_error.h"
#include "services/callbacks/look_up_detail.h"
#include "services/delivery/provider_text.h"
#include "services/routing/choose_provider.h"

namespace belfry {
namespace {

constexpr int kGroup = 50;
constexpr int kMostWaiting = 200;

/// What will not be different next time; plugins say no_provider_id when they can ask by the provider's own id only.
bool isLasting(const std::string& code) {
  return code == "unsupported" || code == "nobody_to_ask" || code == "no_provider_id";
}

}  // namespace

LookUps::LookUps(LookUpStore& store, ReceiptStore& receipts, ProviderQuestions& questions, const Directory& directory,
                 const Log& log, std::chrono::milliseconds answer_limit)
    : store_(store),
      receipts_(receipts),
      questions_(questions),
      directory_(directory),
      log_(log),
      answer_limit_(answer_limit) {}

bool LookUps::askDue() {
  if (waiting_ >= kMostWaiting) return false;
  const auto due = store_.take(kGroup, answer_limit_);
  for (const auto& look_up : due) {
    try {
      ask(look_up);
    } catch (const StoreRejected& error) {
      log_.error("look-up refused by the database",
                 {{"delivery_id", look_up.delivery.value}, {"reason", error.what()}});
    }
  }
  return due.size() == static_cast<std::size_t>(kGroup);
}

void LookUps::ask(const DueLookUp& look_up) {
  auto delivery = receipts_.find(look_up.tenant, look_up.delivery);
  const bool open = delivery && delivery->state == DeliveryState::unknown && delivery->attempt == look_up.attempt;
  if (!open) return store_.drop(look_up);
  delivery->provider = whomToAsk(look_up);
  if (delivery->provider.empty())
    return conclude(look_up, {{}, false, "nobody_to_ask", "no provider of the tenant can be asked any more"});
  ++waiting_;
  const auto provider = delivery->provider;
  const auto to = delivery->to;
  questions_.ask(
      look_up.tenant, std::move(*delivery), [this, look_up, provider, to](Result<LookUpAnswer, Problem> answer) {
        --waiting_;
        if (answer)
          return conclude(look_up, {provider, answer->known, answer->code, withoutAddress(answer->detail, to)});
        // What could not be applied is asked again once its time is over.
        if (answer.error().code == ErrorCode::overloaded) return;
        conclude(look_up, {provider, false, "not_asked", answer.error().detail});
      });
}

/// Of an attempt that was lost nobody knows who had it: those who may have are asked in turn.
std::string LookUps::whomToAsk(const DueLookUp& look_up) const {
  if (!look_up.provider.empty()) return look_up.provider;
  const auto candidates = whoCanBeAsked(directory_, look_up.tenant, look_up.channel);
  return candidates.empty() ? std::string()
                            : candidates[static_cast<std::size_t>(look_up.asked - 1) % candidates.size()];
}

void LookUps::conclude(const DueLookUp& look_up, const Answer& answer) {
  LookUpEnding ending;
  ending.provider = answer.provider;
  ending.resend = !answer.known && look_up.resend;
  const bool again = !answer.known && !look_up.resend && look_up.asked < kMostLookUps && !isLasting(answer.code);
  if (again) ending.again_in = lookUpDelay(look_up.asked + 1);
  const auto* then = answer.known ? "known" : ending.resend ? "resend" : again ? "ask_again" : "hold";
  ending.detail_json = toJson(LookUpDetail{answer.known, answer.code, answer.detail, look_up.asked, then});
  try {
    const bool resent = store_.answered(look_up, ending);
    log_.info("provider was asked about an unknown delivery", {{"delivery_id", look_up.delivery.value},
                                                               {"provider", answer.provider},
                                                               {"known", answer.known},
                                                               {"code", answer.code},
                                                               {"then", then}});
    if (resent && queued_) queued_();
  } catch (const std::exception& error) {
    log_.warn("answer about an unknown delivery was not kept, it is asked again",
              {{"delivery_id", look_up.delivery.value}, {"reason", error.what()}});
  }
}

}  // namespace belfry
