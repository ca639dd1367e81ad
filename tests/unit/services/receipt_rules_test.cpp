// Each line of the receipts' table, and each way in which one does not count.
#include "services/receipts/receipt_rules.h"

#include "unit/services/fakes.h"

namespace belfry::test {
namespace {

const ReceiptSource kSource{"mail", Channel::email, noon()};

DeliveryFacts facts(DeliveryState state, int attempt = 1) {
  DeliveryFacts made{};
  made.id = {uuidLowerBound(noon())};
  made.channel = Channel::email;
  made.state = state;
  made.attempt = attempt;
  for (int i = 1; i <= attempt; ++i) made.providers[i] = "mail";
  made.request.emplace();
  made.request->recipient.email = "ada@example.test";
  return made;
}

Receipt receipt(ReceiptType type, int attempt = 1) {
  Receipt made{};
  made.type = type;
  made.attempt = attempt;
  return made;
}

ReceiptPlan judge(const DeliveryFacts& delivery, const Receipt& one, const ReceiptSource& source = kSource) {
  return judgeReceipt(delivery, one, source, [](Channel, const std::string& address) { return "hash of " + address; });
}

std::string events(const ReceiptPlan& plan) {
  std::string all;
  for (const auto& event : plan.events) all += (all.empty() ? "" : " ") + std::string(toText(event.type));
  return all;
}

TEST(ReceiptRules, WhatMovesADelivery) {
  using enum ReceiptType;
  struct Line {
    DeliveryState from;
    ReceiptType type;
    DeliveryState to;
    const char* events;
  };
  for (const auto& line : {Line{DeliveryState::sent, delivered, DeliveryState::delivered, "delivered"},
                           Line{DeliveryState::sent, bounced, DeliveryState::bounced, "bounced suppress"},
                           Line{DeliveryState::sent, soft_bounced, DeliveryState::bounced, "bounced"},
                           Line{DeliveryState::sent, failed, DeliveryState::failed, "failed"},
                           Line{DeliveryState::unknown, sent, DeliveryState::sent, "sent"},
                           Line{DeliveryState::unknown, delivered, DeliveryState::delivered, "delivered"},
                           Line{DeliveryState::delivered, bounced, DeliveryState::bounced, "bounced suppress"},
                           Line{DeliveryState::deferred, delivered, DeliveryState::delivered, "delivered"},
                           Line{DeliveryState::deferred, bounced, DeliveryState::bounced, "bounced suppress"},
                           Line{DeliveryState::failed, delivered, DeliveryState::delivered, "delivered"}}) {
    auto plan = judge(facts(line.from), receipt(line.type));
    EXPECT_EQ(plan.result, ReceiptResult::applied) << toText(line.from) << " + " << toText(line.type);
    EXPECT_EQ(plan.state, line.to) << toText(line.from) << " + " << toText(line.type);
    EXPECT_EQ(events(plan), line.events);
  }
}

TEST(ReceiptRules, EveryStateThatAReceiptGivesIsOneThatTheVocabularyAllows) {
  for (auto state : allDeliveryStates())
    for (auto type : allReceiptTypes())
      for (int attempt : {1, 2}) {
        auto plan = judge(facts(state, 2), receipt(type, attempt));
        if (plan.state) {
          EXPECT_TRUE(mayTransition(state, *plan.state)) << toText(state) << " + " << toText(type);
          EXPECT_EQ(plan.result, ReceiptResult::applied);
        }
        if (plan.result == ReceiptResult::parked) {
          EXPECT_EQ(events(plan), "");
        }
      }
}

TEST(ReceiptRules, WhatIsNoState) {
  using enum ReceiptType;
  EXPECT_EQ(judge(facts(DeliveryState::sent), receipt(queued)).result, ReceiptResult::noted);
  EXPECT_EQ(judge(facts(DeliveryState::sent), receipt(sent)).result, ReceiptResult::noted);
  for (auto [type, wanted] :
       {std::pair(delayed, "provider_deferred"), std::pair(opened, "opened"), std::pair(clicked, "clicked"),
        std::pair(read, "read"), std::pair(complained, "complained suppress"),
        std::pair(unsubscribed, "unsubscribed suppress")}) {
    auto plan = judge(facts(DeliveryState::delivered), receipt(type));
    EXPECT_EQ(plan.result, ReceiptResult::applied);
    EXPECT_FALSE(plan.state);
    EXPECT_EQ(events(plan), wanted);
  }
}

TEST(ReceiptRules, AFailureOfAnEarlierAttemptFailsNoLaterOne) {
  for (auto state : {DeliveryState::sent, DeliveryState::deferred, DeliveryState::failed})
    for (auto type : {ReceiptType::failed, ReceiptType::soft_bounced, ReceiptType::bounced}) {
      auto plan = judge(facts(state, 2), receipt(type, 1));
      EXPECT_EQ(plan.result, ReceiptResult::ignored) << toText(state) << " + " << toText(type);
      EXPECT_FALSE(plan.state);
      EXPECT_EQ(plan.events.at(0).type, EventType::receipt_ignored);
      EXPECT_EQ(plan.events.at(0).attempt, 1);
    }
}

TEST(ReceiptRules, AnAddressThatIsDeadIsSuppressedEvenWhenTheStateStays) {
  auto plan = judge(facts(DeliveryState::sent, 2), receipt(ReceiptType::bounced, 1));
  EXPECT_EQ(events(plan), "receipt_ignored suppress");
  EXPECT_THAT(plan.events[1].detail_json, HasSubstr(R"("addressHash":"hash of ada@example.test")"));
  auto again = facts(DeliveryState::sent, 2);
  again.events = plan.events;
  EXPECT_EQ(events(judge(again, receipt(ReceiptType::bounced, 1))), "");
}

TEST(ReceiptRules, WhatIsToBeTriedAgainIsNotFailedByItsProvider) {
  for (auto type : {ReceiptType::failed, ReceiptType::soft_bounced})
    EXPECT_EQ(judge(facts(DeliveryState::deferred), receipt(type)).reason, "another_attempt_follows");
}

TEST(ReceiptRules, WhatCameTooEarlyWaits) {
  EXPECT_EQ(judge(facts(DeliveryState::sending), receipt(ReceiptType::delivered)).reason, "not_settled_yet");
  EXPECT_EQ(judge(facts(DeliveryState::queued, 0), receipt(ReceiptType::delivered)).reason, "not_sent_yet");
  EXPECT_EQ(judge(facts(DeliveryState::deferred), receipt(ReceiptType::delivered, 2)).reason, "not_sent_yet");
}

TEST(ReceiptRules, OnlyWhoSentItIsBelieved) {
  auto delivery = facts(DeliveryState::sent, 2);
  delivery.providers[2] = "other";
  EXPECT_EQ(judge(delivery, receipt(ReceiptType::delivered, 2)).reason, "wrong_provider");
  EXPECT_EQ(judge(delivery, receipt(ReceiptType::delivered, 1)).result, ReceiptResult::applied);
  delivery.providers.clear();
  EXPECT_EQ(judge(delivery, receipt(ReceiptType::delivered, 2)).result, ReceiptResult::applied);
  EXPECT_EQ(judge(delivery, receipt(ReceiptType::delivered, 2), {"mail", Channel::sms, noon()}).reason,
            "wrong_provider");
}

TEST(ReceiptRules, AnAttemptThatIsNotSaidIsTheCurrentOne) {
  auto plan = judge(facts(DeliveryState::sent, 3), receipt(ReceiptType::failed, 0));
  EXPECT_EQ(plan.state, DeliveryState::failed);
  EXPECT_EQ(plan.events.at(0).attempt, 3);
}

TEST(ReceiptRules, NoAddressAndNoSecretOfALinkReachesTheTimeline) {
  auto bounced = receipt(ReceiptType::bounced);
  bounced.code = "550";
  bounced.detail = "mailbox Ada@Example.test unknown";
  auto plan = judge(facts(DeliveryState::sent), bounced);
  EXPECT_EQ(plan.error_code, "550");
  EXPECT_EQ(plan.error_detail.find("Ada@"), std::string::npos);
  EXPECT_EQ(plan.events.at(0).detail_json.find("Ada@"), std::string::npos);
  auto clicked = receipt(ReceiptType::clicked);
  clicked.url = "https://shop.test/reset?token=abc";
  EXPECT_THAT(judge(facts(DeliveryState::sent), clicked).events.at(0).detail_json,
              HasSubstr(R"("url":"https://shop.test/reset")"));
}

TEST(ReceiptRules, AMachineThatOpensWithoutEndFillsNoTimeline) {
  auto delivery = facts(DeliveryState::delivered);
  delivery.events.resize(1000, {EventType::opened, noon(), 1, "mail", "{}"});
  EXPECT_EQ(events(judge(delivery, receipt(ReceiptType::opened))), "");
  EXPECT_EQ(judge(delivery, receipt(ReceiptType::bounced)).state, DeliveryState::bounced);
}

TEST(ReceiptRules, TimesFromTheFutureAreThoseOfTheCallback) {
  auto delivered = receipt(ReceiptType::delivered);
  delivered.at = noon() + 24h;
  EXPECT_EQ(judge(facts(DeliveryState::sent), delivered).events.at(0).at, noon());
  delivered.at = noon() - 1h;
  EXPECT_EQ(judge(facts(DeliveryState::sent), delivered).events.at(0).at, noon() - 1h);
}

TEST(ReceiptRules, WhatIsStoredIsTextOfBoundedLength) {
  auto odd = receipt(ReceiptType::bounced, -4);
  odd.detail = std::string("\xff\0", 2) + std::string(100000, 'x');
  odd.dedupe_key = std::string(5000, 'k');
  auto other = odd;
  other.dedupe_key.back() = 'l';
  EXPECT_LE(storable(odd).detail.size(), 2100u);
  EXPECT_EQ(storable(odd).detail.find('\0'), std::string::npos);
  EXPECT_EQ(storable(odd).attempt, 0);
  EXPECT_NE(storable(odd).dedupe_key, storable(other).dedupe_key);
}

}  // namespace
}  // namespace belfry::test
