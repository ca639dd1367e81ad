// Who is asked about an unknown delivery, and what follows each answer.
#include "services/callbacks/look_ups.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class NoCallbacks final : public CallbackStore {
 public:
  void store(std::span<const StoredCallback>) override {}
  void finish(TenantId, CallbackId, const CallbackEnd&) override {}
  std::vector<StoredCallback> takeLeft(Duration, int, int) override { return {}; }
  std::optional<CallbackView> get(TenantId, CallbackId) override { return {}; }
  std::vector<CallbackView> list(TenantId, const CallbackFilter&, std::optional<CallbackId>, int) override {
    return {};
  }
  std::optional<StoredCallback> reopen(TenantId, CallbackId) override { return {}; }
  int reopenAll(TenantId, const CallbackFilter&, int, bool) override { return 0; }
  int prune(std::chrono::hours, int) override { return 0; }
};

class OneDelivery final : public ReceiptStore {
 public:
  std::vector<ReceiptOutcome> apply(const ReceiptGroup& group, const Judge&) override {
    std::lock_guard lock(mutex);
    if (away) throw StoreUnavailable("away");
    groups.push_back(group);
    return std::vector<ReceiptOutcome>(group.receipts.size(), {ReceiptResult::applied, ""});
  }
  std::vector<ReceiptGroup> releasable(int) override { return {}; }
  int expireParked(int) override { return 0; }
  int pruneKeys(int) override { return 0; }
  int pruneMessageIds(int) override { return 0; }
  std::optional<SentDelivery> find(TenantId, DeliveryId) override { return delivery; }
  Digest256 addressHash(TenantId, Channel, const std::string&) override { return {}; }

  std::mutex mutex;
  bool away = false;
  std::optional<SentDelivery> delivery;
  std::vector<ReceiptGroup> groups;
};

class HeldLookUps final : public LookUpStore {
 public:
  std::vector<DueLookUp> take(int, std::chrono::milliseconds) override { return std::exchange(due, {}); }
  bool answered(const DueLookUp&, const LookUpEnding& ending) override {
    std::lock_guard lock(mutex);
    endings.push_back(ending);
    return ending.resend;
  }
  void drop(const DueLookUp&) override { ++dropped; }

  std::mutex mutex;
  std::vector<DueLookUp> due;
  std::vector<LookUpEnding> endings;
  int dropped = 0;
};

class LookUpsTest : public ::testing::Test {
 protected:
  LookUpsTest() {
    catalogue_.add("mail");
    plugins_.channel->trusted.can_be_asked = true;
    answer(false, "not_found");
    receipts_.delivery = SentDelivery{{uuidLowerBound(noon())}, Channel::email, DeliveryState::unknown, 2, "", "",
                                      "ada@example.test",       noon()};
    callbacks_.start();
  }
  ~LookUpsTest() override { callbacks_.stop(); }

  void answer(bool known, const std::string& code, std::vector<Receipt> receipts = {}) {
    plugins_.channel->on_look_up = [=, this](const StatusQuery& query) {
      queries_.push_back(query);
      return StatusOutcome{known, receipts, code, "says Ada@example.test"};
    };
  }

  /// Asks and waits for what is kept of the answer.
  LookUpEnding ask(bool resend, int asked = 1, const std::string& provider = "") {
    directory_.reload();
    store_.due = {{catalogue_.tenant.id, receipts_.delivery->id, Channel::email, 2, provider, resend, asked}};
    EXPECT_FALSE(look_ups_.askDue());
    EXPECT_TRUE(waitUntil(10s, [&] {
      std::lock_guard lock(store_.mutex);
      return !store_.endings.empty();
    }));
    std::lock_guard lock(store_.mutex);
    auto endings = std::exchange(store_.endings, {});
    return endings.empty() ? LookUpEnding{} : endings[0];
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  StillClock clock_;
  NoCallbacks stored_;
  OneDelivery receipts_;
  HeldLookUps store_;
  std::vector<StatusQuery> queries_;  // written by a callback's thread before its ending is kept
  std::atomic<int> queued_{0};
  Directory directory_{catalogue_, plugins_, silentLog()};
  Receipts applied_{receipts_, directory_, silentLog(), [](const auto&) {}, ReceiptSettings{}};
  Callbacks callbacks_{stored_, applied_, directory_, silentLog(), [](const std::string&, std::string_view) {}, {}};
  ProviderQuestions questions_{directory_, receipts_, applied_, callbacks_, clock_, 1000ms};
  LookUps look_ups_{store_, receipts_, questions_, directory_, silentLog(), 60s};
};

TEST_F(LookUpsTest, WhatTheProviderHasWasSent) {
  answer(true, "queued");
  auto ending = ask(true);
  EXPECT_EQ(ending.provider, "mail");
  EXPECT_FALSE(ending.again_in);
  EXPECT_FALSE(ending.resend) << "it has it";
  EXPECT_EQ(ending.detail_json,
            R"({"known":true,"code":"queued","detail":"says a***@example.test","asked":1,"then":"known"})");
  ASSERT_THAT(receipts_.groups, SizeIs(1));
  ASSERT_THAT(receipts_.groups[0].receipts, SizeIs(1));
  const auto& receipt = receipts_.groups[0].receipts[0].receipt;
  EXPECT_EQ(receipt.type, ReceiptType::sent);
  EXPECT_EQ(receipt.delivery, receipts_.delivery->id);
  EXPECT_EQ(receipt.attempt, 2);
  EXPECT_EQ(queries_.at(0).attempt, 2);
}

TEST_F(LookUpsTest, ItsReceiptsApplyAfterThat) {
  Receipt arrived;
  arrived.type = ReceiptType::delivered;
  arrived.provider_message_id = "id-1";
  answer(true, "delivered", {arrived});
  ask(false);
  ASSERT_THAT(receipts_.groups[0].receipts, SizeIs(2));
  EXPECT_EQ(receipts_.groups[0].receipts[0].receipt.type, ReceiptType::sent);
  EXPECT_EQ(receipts_.groups[0].receipts[0].receipt.provider_message_id, "id-1");
  EXPECT_EQ(receipts_.groups[0].receipts[1].receipt.type, ReceiptType::delivered);
}

TEST_F(LookUpsTest, WhenNobodyCanSayThePolicyDecides) {
  look_ups_.whenQueued([&] { ++queued_; });
  auto again = ask(true);
  EXPECT_TRUE(again.resend);
  EXPECT_FALSE(again.again_in);
  EXPECT_TRUE(waitUntil(10s, [&] { return queued_ == 1; })) << "the workers are told";
  for (int asked = 1; asked < kMostLookUps; ++asked) {
    auto held = ask(false, asked);
    EXPECT_FALSE(held.resend);
    EXPECT_EQ(held.again_in, lookUpDelay(asked + 1)) << asked;
  }
  auto last = ask(false, kMostLookUps);
  EXPECT_FALSE(last.again_in);
  EXPECT_THAT(last.detail_json, HasSubstr(R"("then":"hold")"));
  EXPECT_EQ(queued_, 1);
}

TEST_F(LookUpsTest, TheQuestionsComeEverFurtherApart) {
  const std::chrono::milliseconds delays[] = {15s, 60s, 240s, 960s, 3840s, 3840s};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(lookUpDelay(i + 1), delays[i]);
}

TEST_F(LookUpsTest, WhatWillNotChangeIsNotAskedAgain) {
  for (const char* code : {"unsupported", "no_provider_id"}) {
    answer(false, code);
    EXPECT_FALSE(ask(false).again_in) << code;
  }
  plugins_.channel->trusted.can_be_asked = false;
  auto nobody = ask(true);
  EXPECT_EQ(nobody.provider, "");
  EXPECT_TRUE(nobody.resend);
  EXPECT_THAT(nobody.detail_json, HasSubstr("nobody_to_ask"));
  EXPECT_FALSE(ask(false).again_in);
}

TEST_F(LookUpsTest, WhoeverMayHaveHadItIsAskedInTurnAndWhoHadItAlways) {
  catalogue_.add("second");
  catalogue_.add("text", Channel::sms);
  EXPECT_EQ(ask(false, 1).provider, "mail");
  EXPECT_EQ(ask(false, 2).provider, "second");
  EXPECT_EQ(ask(false, 3).provider, "mail");
  EXPECT_EQ(ask(false, 3, "second").provider, "second");
}

TEST_F(LookUpsTest, AProviderThatIsGoneIsAnAnswerToo) {
  auto ending = ask(false, 1, "gone");
  EXPECT_EQ(ending.again_in, lookUpDelay(2));
  EXPECT_THAT(ending.detail_json, HasSubstr("not_asked"));
}

TEST_F(LookUpsTest, WhatHasGoneOnIsNotAskedAbout) {
  receipts_.delivery->state = DeliveryState::delivered;
  store_.due = {{catalogue_.tenant.id, receipts_.delivery->id, Channel::email, 2, "mail", false, 1}};
  look_ups_.askDue();
  receipts_.delivery->state = DeliveryState::unknown;
  receipts_.delivery->attempt = 3;
  store_.due = {{catalogue_.tenant.id, receipts_.delivery->id, Channel::email, 2, "mail", false, 1}};
  look_ups_.askDue();
  EXPECT_EQ(store_.dropped, 2);
  EXPECT_THAT(queries_, IsEmpty());
}

TEST_F(LookUpsTest, AnAnswerThatCannotBeAppliedIsNoAnswer) {
  answer(true, "delivered");
  receipts_.away = true;
  directory_.reload();
  store_.due = {{catalogue_.tenant.id, receipts_.delivery->id, Channel::email, 2, "mail", false, 1}};
  look_ups_.askDue();
  callbacks_.stop();  // ends what is under way
  EXPECT_THAT(queries_, SizeIs(1));
  EXPECT_THAT(store_.endings, IsEmpty()) << "it is due again when its time is over";
}

}  // namespace
}  // namespace belfry::test
