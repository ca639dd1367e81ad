#include "services/delivery/settlement_rules.h"

#include "fakes.h"
#include "kit/json.h"

namespace belfry::test {
namespace {

const RetryPolicy kThrice{3, 1000ms, 2.0, 10000ms};

AttemptReport report(Outcome outcome, int attempt = 1) {
  AttemptReport made{claimNumber(1, attempt), "mail", noon(), noon() + 80ms, {}, false, {}, {}};
  made.outcome = {outcome, {}, "provider-id", "250", "as the provider says", {}};
  return made;
}

InboxItem letter() { return {"Hello", "World", "orders", "https://example.test/1", "bell", R"({"a":1})"}; }

std::vector<EventType> typesOf(const Settlement& settlement) {
  std::vector<EventType> types;
  for (const auto& event : settlement.events) types.push_back(event.type);
  return types;
}

/// What an outcome leads to, while attempts are left and with none left.
struct Rule {
  Outcome outcome;
  DeliveryState first;
  EventType first_event;
  DeliveryState last;
  EventType last_event;
  bool error;
};
const Rule kRules[] = {
    {Outcome::accepted, DeliveryState::sent, EventType::sent, DeliveryState::sent, EventType::sent, false},
    {Outcome::delivered, DeliveryState::delivered, EventType::delivered, DeliveryState::delivered, EventType::delivered,
     false},
    {Outcome::rejected_recipient, DeliveryState::bounced, EventType::bounced, DeliveryState::bounced,
     EventType::bounced, true},
    {Outcome::rejected_request, DeliveryState::failed, EventType::failed, DeliveryState::failed, EventType::failed,
     true},
    {Outcome::credential, DeliveryState::deferred, EventType::retry, DeliveryState::failed, EventType::failed, true},
    {Outcome::throttled, DeliveryState::deferred, EventType::retry, DeliveryState::failed, EventType::failed, true},
    {Outcome::retry, DeliveryState::deferred, EventType::retry, DeliveryState::failed, EventType::failed, true},
    {Outcome::unknown, DeliveryState::unknown, EventType::unknown, DeliveryState::unknown, EventType::unknown, true},
};

TEST(SettlementRules, EveryOutcomeHasARule) { EXPECT_EQ(std::size(kRules), allOutcomes().size()); }

TEST(SettlementRules, EachOutcomeEndsAsTheTableSays) {
  for (const auto& rule : kRules) {
    for (int attempt : {1, 3}) {
      auto settled = settle(report(rule.outcome, attempt), kThrice, 0.5);
      auto state = attempt == 1 ? rule.first : rule.last;
      EXPECT_EQ(settled.state, state) << toText(rule.outcome) << " at attempt " << attempt;
      EXPECT_THAT(typesOf(settled), ElementsAre(EventType::sending, attempt == 1 ? rule.first_event : rule.last_event));
      EXPECT_EQ(settled.due_at.has_value(), state == DeliveryState::deferred)
          << "deferred exactly when it is due again";
      EXPECT_EQ(settled.error_code, rule.error ? "250" : "");
      EXPECT_EQ(settled.error_detail, rule.error ? "as the provider says" : "");
      EXPECT_TRUE(mayTransition(DeliveryState::sending, settled.state));
      EXPECT_EQ(stateAfter(settled.events.back().type), settled.state);
    }
  }
}

TEST(SettlementRules, ASettlementNamesItsAttemptAndProvider) {
  auto made = report(Outcome::accepted, 2);
  auto settled = settle(made, kThrice, 0.5);
  EXPECT_EQ(settled.tenant, made.claim.tenant);
  EXPECT_EQ(settled.delivery, made.claim.id);
  EXPECT_EQ(settled.attempt, 2);
  EXPECT_EQ(settled.provider, "mail");
  EXPECT_EQ(settled.provider_message_id, "provider-id");
  EXPECT_EQ(settled.events[0].at, made.started_at);
  EXPECT_EQ(settled.events[1].at, made.ended_at);
  for (const auto& event : settled.events) {
    EXPECT_EQ(event.attempt, 2);
    EXPECT_EQ(event.provider, "mail");
  }
  EXPECT_EQ(settled.events[1].detail_json,
            R"({"outcome":"accepted","code":"250","detail":"as the provider says","providerMessageId":"provider-id"})");
}

TEST(SettlementRules, ARetryIsDueAfterItsDelayFromTheEnd) {
  auto made = report(Outcome::throttled, 2);
  EXPECT_EQ(settle(made, kThrice, 0.5).due_at, made.ended_at + 1s);
  made.outcome.retry_after = 4s;
  auto settled = settle(made, kThrice, 0.5);
  EXPECT_EQ(settled.due_at, made.ended_at + 4s);
  EXPECT_THAT(settled.events[1].detail_json, HasSubstr(R"("retryInMs":4000)"));
}

TEST(SettlementRules, AnErrorWithoutACodeIsNamedByItsOutcome) {
  auto made = report(Outcome::unknown);
  made.outcome.code.clear();
  EXPECT_EQ(settle(made, kThrice, 0.5).error_code, "unknown");
}

TEST(SettlementRules, ASimulationSaysSo) {
  auto made = report(Outcome::accepted);
  made.simulated = true;
  EXPECT_THAT(settle(made, kThrice, 0.5).events[1].detail_json, HasSubstr(R"("simulated":true)"));
  EXPECT_THAT(settle(report(Outcome::accepted), kThrice, 0.5).events[1].detail_json,
              testing::Not(HasSubstr("simulated")));
}

TEST(SettlementRules, WhateverAProviderAnswersCanBeStored) {
  auto made = report(Outcome::rejected_request);
  made.outcome.detail = "caf\xE9 " + std::string(1, '\0') + std::string(100000, 'x');
  made.outcome.code = "5\xFF";
  made.outcome.provider_message_id = std::string("a\0b", 3);
  auto settled = settle(made, kThrice, 0.5);
  EXPECT_EQ(settled.error_code, "5\xEF\xBF\xBD");
  EXPECT_EQ(settled.provider_message_id,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_LE(settled.error_detail.size(), 2000u);
  EXPECT_TRUE(parseJson(settled.events[1].detail_json).ok()) << "no NUL, all of it UTF-8";
}

TEST(SettlementRules, WhatNeverReachedAProviderEndsWithOneEvent) {
  auto claim = claimNumber(1, 2);
  auto expired = settleUnsent(claim, DeliveryState::expired, "expired", "too late", noon());
  EXPECT_EQ(expired.state, DeliveryState::expired);
  EXPECT_THAT(typesOf(expired), ElementsAre(EventType::expired));
  EXPECT_EQ(expired.error_code, "expired");
  EXPECT_EQ(expired.provider, "");
  EXPECT_FALSE(expired.due_at);
  auto failed = settleUnsent(claim, DeliveryState::failed, "render_failed", "line 1", noon());
  EXPECT_THAT(typesOf(failed), ElementsAre(EventType::failed));
  EXPECT_EQ(failed.events[0].detail_json, R"({"code":"render_failed","detail":"line 1"})");
  EXPECT_EQ(failed.events[0].attempt, 2);
}

TEST(SettlementRules, WhatCannotBeSentNowIsPutOffWhileAttemptsAreLeft) {
  auto put_off = deferUnsent(claimNumber(1, 1), "no_provider", "none", noon(), kThrice, 0.5);
  EXPECT_EQ(put_off.state, DeliveryState::deferred);
  EXPECT_EQ(put_off.due_at, noon() + 500ms);
  EXPECT_THAT(typesOf(put_off), ElementsAre(EventType::retry));
  EXPECT_EQ(put_off.error_code, "no_provider");
  auto given_up = deferUnsent(claimNumber(1, 3), "no_provider", "none", noon(), kThrice, 0.5);
  EXPECT_EQ(given_up.state, DeliveryState::failed);
  EXPECT_FALSE(given_up.due_at);
  EXPECT_THAT(typesOf(given_up), ElementsAre(EventType::failed));
}

TEST(SettlementRules, AnInboxItemGoesWithAnAttemptThatWasTaken) {
  for (auto outcome : allOutcomes()) {
    auto made = report(outcome, 3);
    made.user_id = "user_1";
    made.outcome.inbox_item = letter();
    auto settled = settle(made, kThrice, 0.5);
    const bool taken = outcome == Outcome::accepted || outcome == Outcome::delivered;
    EXPECT_EQ(settled.inbox_item.has_value(), taken) << toText(outcome);
    EXPECT_EQ(settled.user_id, taken ? "user_1" : "");
  }
}

TEST(SettlementRules, AnInboxItemHoldsOnlyWhatCanBeStored) {
  auto made = report(Outcome::delivered);
  made.outcome.inbox_item = letter();
  made.outcome.inbox_item->title = std::string("a\0b\xff", 4);
  EXPECT_EQ(settle(made, kThrice, 0.5).inbox_item->title,
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(SettlementRules, APushSaysWhatItLearntOfItsDevice) {
  for (auto outcome : allOutcomes()) {
    auto made = report(outcome, 3);
    made.device_token = "token";
    auto settled = settle(made, kThrice, 0.5);
    const bool dead = outcome == Outcome::rejected_recipient;
    const bool taken = outcome == Outcome::accepted || outcome == Outcome::delivered;
    ASSERT_EQ(settled.device.has_value(), dead || taken) << toText(outcome);
    if (settled.device) {
      EXPECT_EQ(settled.device->dead_reason, dead ? "250" : "");
    }
  }
  auto simulated = report(Outcome::rejected_recipient);
  simulated.device_token = "token";
  simulated.simulated = true;
  EXPECT_FALSE(settle(simulated, kThrice, 0.5).device) << "a simulation teaches nothing";
}

/// What lies between a failed attempt and the next one: expiresAt, the total time, the attempts.
TEST(SettlementRules, NoAttemptIsPlannedThatWouldComeTooLate) {
  auto policy = kThrice;
  policy.total = 60000ms;
  struct Case {
    const char* what;
    Duration wish;
    Patience patience;
    DeliveryState state;
    const char* said;
  };
  const auto ended = noon() + 80ms;
  for (const auto& one :
       {Case{"nothing set", 50s, {}, DeliveryState::deferred, ""},
        Case{"before expiresAt", 50s, {{}, ended + 50s + 1us}, DeliveryState::deferred, ""},
        Case{"at expiresAt", 50s, {{}, ended + 50s}, DeliveryState::expired, "comes before the next attempt"},
        Case{"within the total", 50s, {ended - 10s, {}}, DeliveryState::deferred, ""},
        Case{"past the total", 50s, {ended - 10s - 1us, {}}, DeliveryState::failed, "total_ms"},
        Case{"both past: it expires", 50s, {ended - 1h, ended + 1s}, DeliveryState::expired, "expiresAt"}}) {
    auto made = report(Outcome::throttled);
    made.outcome.retry_after = one.wish;
    made.patience = one.patience;
    auto settled = settle(made, policy, 0.5);
    EXPECT_EQ(settled.state, one.state) << one.what;
    EXPECT_THAT(settled.error_detail, HasSubstr(one.said)) << one.what;
    EXPECT_EQ(settled.due_at.has_value(), one.state == DeliveryState::deferred) << one.what;
    EXPECT_EQ(stateAfter(settled.events.back().type), one.state) << one.what;
  }
}

TEST(SettlementRules, WhatWasPutOffTooLongExpiresToo) {
  const Patience patience{{}, noon() + 100ms};
  auto given_up = deferUnsent(claimNumber(1), "no_provider", "none", noon(), kThrice, 0.5, patience);
  EXPECT_EQ(given_up.state, DeliveryState::expired);
  EXPECT_THAT(typesOf(given_up), ElementsAre(EventType::expired));
  EXPECT_EQ(given_up.error_code, "no_provider");
}

TEST(SettlementRules, WhatMayHaveBeenSentIsRepeatedOnlyWhereThatIsHarmless) {
  auto made = report(Outcome::unknown);
  made.certainty = {true, true};
  auto again = settle(made, kThrice, 0.5);
  EXPECT_EQ(again.state, DeliveryState::deferred);
  EXPECT_FALSE(again.ask);
  made.claim.attempt = 3;
  auto held = settle(made, kThrice, 0.5);
  EXPECT_EQ(held.state, DeliveryState::unknown) << "no attempt is left";
  EXPECT_TRUE(held.ask);
  made.claim.attempt = 1;
  made.patience.expires_at = noon() + 81ms;
  EXPECT_EQ(settle(made, kThrice, 0.5).state, DeliveryState::unknown) << "it may have been sent: not expired";
  made.certainty = {false, false};
  EXPECT_FALSE(settle(made, kThrice, 0.5).ask);
}

TEST(SettlementRules, OnlyWhatIsUnknownIsAskedAbout) {
  for (auto outcome : allOutcomes())
    for (int attempt : {1, 3}) {
      auto made = report(outcome, attempt);
      made.certainty.can_be_asked = true;
      auto settled = settle(made, kThrice, 0.5);
      EXPECT_EQ(settled.ask, settled.state == DeliveryState::unknown) << toText(outcome);
    }
}

TEST(SettlementRules, AnAttemptEndsOnlyAsTheStateMachineAllows) {
  for (auto state : allDeliveryStates()) {
    auto end = [&] { return settleUnsent(claimNumber(1), state, "code", "detail", noon()); };
    if (mayTransition(DeliveryState::sending, state)) {
      EXPECT_EQ(end().state, state);
    } else {
      EXPECT_THROW(end(), std::logic_error) << toText(state);
    }
  }
}

}  // namespace
}  // namespace belfry::test
