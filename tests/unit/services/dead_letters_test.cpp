#include "services/dead_letters/dead_letters.h"

#include "fake_intake.h"
#include "services/queues/queue_rules.h"

namespace belfry::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Keeps one letter; what is done to it is remembered.
class FakeLetters final : public DeadLetterStore {
 public:
  std::vector<DeadLetter> list(TenantId, const DeadLetterFilter&, std::optional<DeadLetterId>, int) override {
    return {letter};
  }
  std::optional<DeadLetter> get(TenantId, DeadLetterId id) override {
    return id == letter.id ? std::optional(letter) : std::nullopt;
  }
  DeadLetterChange replay(DeadLetterId, const AuditEntry& audit) override { return take(audit); }
  DeadLetterChange replayAs(DeadLetterId, const NewNotification& corrected, const AuditEntry& audit) override {
    auto change = take(audit);
    if (change.changed) stored.push_back(corrected);
    return change;
  }
  DeadLetterChange purge(DeadLetterId, const AuditEntry& audit) override { return take(audit); }
  int prune(const DeadLetterRetention&, int) override { return 0; }
  std::vector<DeadLetterTotal> totals(std::int64_t) override { return {}; }

  DeadLetter letter;
  bool beaten = false;  ///< somebody else comes first
  std::vector<NewNotification> stored;
  std::vector<AuditEntry> audited;

 private:
  DeadLetterChange take(const AuditEntry& audit) {
    letter.state = DeadLetterState::replayed;
    letter.ended_by = beaten ? "key:other" : audit.actor;
    if (!beaten) audited.push_back(audit);
    return {letter, !beaten};
  }
};

class FakeNotifications final : public NotificationStore {
 public:
  std::optional<NotificationView> get(TenantId, NotificationId) override { return view; }
  std::vector<NotificationView> list(TenantId, const NotificationFilter&, std::optional<NotificationId>, int) override {
    return {};
  }
  std::vector<DeliveryId> cancel(TenantId, NotificationId, const std::string&) override { return {}; }
  std::vector<DeliveryId> reschedule(TenantId, NotificationId, TimePoint, const std::string&) override { return {}; }

  std::optional<NotificationView> view;
};

class DeadLettersTest : public IntakeSuite {
 protected:
  DeadLettersTest() {
    letters_.letter.id = DeadLetterId::mint(noon());
    letters_.letter.delivery = DeliveryId::mint(noon());
    letters_.letter.notification = NotificationId::mint(noon());
    letters_.letter.channel = Channel::email;
    letters_.letter.provider = "mail";
    letters_.letter.error_code = "timeout";
    letters_.letter.attempt = 3;
    NotificationView view{};
    view.id = letters_.letter.notification;
    view.priority = Priority::high;
    view.request.recipient.email = "ada@example.test";
    view.request.recipient.user_id = "user_1";
    view.request.content = {{Channel::email, {{"text", "Hello"}}}, {Channel::sms, {{"text", "Hi"}}}};
    view.request.options[Channel::sms].options = {{"from", "x"}};
    view.request.metadata_json = R"({"orderId":"A-1"})";
    view.created_at = noon() - 1h;
    Delivery other{}, delivery{};
    other.id = DeliveryId::mint(noon());
    other.channel = Channel::sms;
    delivery.id = letters_.letter.delivery;
    delivery.channel = Channel::email;
    delivery.state = DeliveryState::failed;
    view.deliveries = {other, delivery};
    notifications_.view = view;
  }

  NotificationView& view() { return *notifications_.view; }

  /// The same notification, said by a template.
  void byTemplate(const std::string& text = "Order") {
    ResolvedTemplate made;
    made.engine = "fake";
    made.version.version = 3;
    made.version.language = "en";
    made.version.required = {"orderId"};
    made.version.content[Channel::email] = {{"text", text}};
    store_of_templates_.templates["order"] = made;
    view().request.content.clear();
    view().request.template_ref = TemplateRef{"order", 3, "en"};
    view().request.data_json = R"({"orderId":"A-1"})";
  }

  DeadLetters make() { return DeadLetters({letters_, notifications_, *intake_, previews_, clock_}); }
  std::string id() const { return letters_.letter.id.toString(); }

  /// The one field that is wrong.
  std::string fault(const DeadLetterEdit& edit) {
    auto refused = make().correct(by_, id(), edit, false);
    EXPECT_THAT(letters_.stored, IsEmpty());
    EXPECT_THAT(letters_.audited, IsEmpty());
    if (refused) return "nothing is wrong";
    EXPECT_EQ(refused.error().code, ErrorCode::validation_failed);
    return refused.error().errors.size() == 1 ? refused.error().errors[0].pointer
                                              : std::to_string(refused.error().errors.size()) + " errors";
  }

  FakeLetters letters_;
  FakeNotifications notifications_;
  const Operator by_{tenantNumber(1), "key:ops", "request-1"};
};

TEST_F(DeadLettersTest, AnInspectedOneShowsItsOwnDeliveryAndWhatSendingItWouldDo) {
  const auto seen = make().inspect(by_.tenant, id());
  ASSERT_TRUE(seen.ok());
  ASSERT_THAT(seen->notification.deliveries, SizeIs(1));
  EXPECT_EQ(seen->notification.deliveries[0].id, letters_.letter.delivery);
  EXPECT_EQ(*findField(seen->preview.content, "text"), "Hello");
  EXPECT_EQ(seen->preview.provider, "mail");
  EXPECT_EQ(make().inspect(by_.tenant, "x").error().code, ErrorCode::not_found);
  EXPECT_EQ(make().inspect(by_.tenant, DeadLetterId::mint(noon()).toString()).error().code, ErrorCode::not_found);
  notifications_.view.reset();
  EXPECT_EQ(make().inspect(by_.tenant, id()).error().code, ErrorCode::gone);
}

TEST_F(DeadLettersTest, AReplayIsAuditedWithWhatItWas) {
  ASSERT_TRUE(make().replay(by_, id()).ok());
  ASSERT_THAT(letters_.audited, SizeIs(1));
  const auto& line = letters_.audited[0];
  EXPECT_EQ(line.action, "dead_letter.replay");
  EXPECT_EQ(line.actor, "key:ops");
  EXPECT_EQ(line.target, id());
  EXPECT_EQ(line.request_id, "request-1");
  EXPECT_THAT(line.before_json, HasSubstr(R"("errorCode":"timeout","attempt":3)"));
  const auto again = make().replay(by_, id());
  EXPECT_EQ(again.error().code, ErrorCode::state_conflict);
  EXPECT_THAT(again.error().detail, HasSubstr("was replayed by key:ops"));
  EXPECT_THAT(letters_.audited, SizeIs(1));
}

TEST_F(DeadLettersTest, WhoeverIsBeatenLearnsByWhom) {
  letters_.beaten = true;
  for (auto refused : {make().replay(by_, id()), make().purge(by_, id())}) {
    EXPECT_EQ(refused.error().code, ErrorCode::state_conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("key:other"));
  }
  letters_.letter.state = DeadLetterState::dead;
  const auto edited = make().correct(by_, id(), {.email = "new@example.test"}, false);
  EXPECT_EQ(edited.error().code, ErrorCode::state_conflict);
  EXPECT_THAT(letters_.stored, IsEmpty());
}

TEST_F(DeadLettersTest, WhatExpiredIsNotReplayedAsItWas) {
  view().expires_at = noon();
  const auto refused = make().replay(by_, id());
  EXPECT_EQ(refused.error().code, ErrorCode::state_conflict);
  EXPECT_THAT(refused.error().detail, HasSubstr("expired at 2026-12-01T12:00:00"));
  EXPECT_EQ(fault({.email = "new@example.test"}), "/expiresAt");
  EXPECT_TRUE(make().correct(by_, id(), {.expires_at = noon() + 1h}, false).ok());
  EXPECT_EQ(letters_.stored.at(0).expires_at, noon() + 1h);
}

TEST_F(DeadLettersTest, ACorrectionIsTheOneDeliveryWithWhatWasNamedChanged) {
  const auto made = make().correct(by_, id(), {.email = "new@example.test"}, false);
  ASSERT_TRUE(made.ok()) << made.error().detail;
  ASSERT_THAT(letters_.stored, SizeIs(1));
  const auto& stored = letters_.stored[0];
  EXPECT_EQ(stored.id, made->notification);
  ASSERT_THAT(stored.deliveries, SizeIs(1));
  EXPECT_EQ(stored.deliveries[0].id, made->delivery);
  EXPECT_EQ(stored.deliveries[0].channel, Channel::email);
  EXPECT_FALSE(stored.deliveries[0].claimed);
  EXPECT_EQ(stored.priority, Priority::high);
  EXPECT_EQ(stored.request.recipient.email, "new@example.test");
  EXPECT_EQ(stored.request.recipient.user_id, "user_1");
  EXPECT_EQ(stored.request.metadata_json, R"({"orderId":"A-1"})");
  EXPECT_THAT(stored.request.content, SizeIs(1)) << "nothing of other channels";
  EXPECT_THAT(stored.request.options, IsEmpty());
  EXPECT_FALSE(stored.scheduled_at);
  EXPECT_FALSE(stored.dedup) << "it is no double of itself";
  EXPECT_FALSE(stored.idempotency);
  EXPECT_THAT(made->previews, IsEmpty());
  EXPECT_EQ(letters_.audited.at(0).action, "dead_letter.edit");
  EXPECT_EQ(letters_.audited.at(0).after_json,
            R"({"notificationId":")" + stored.id.toString() + R"(","corrected":["recipient.email"]})");
}

TEST_F(DeadLettersTest, ADryRunShowsAndDoesNothing) {
  const auto shown = make().correct(by_, id(), {.content = Fields{{"text", "Sorry"}}}, true);
  ASSERT_TRUE(shown.ok());
  ASSERT_THAT(shown->previews, SizeIs(1));
  EXPECT_EQ(*findField(shown->previews[0].content, "text"), "Sorry");
  EXPECT_EQ(shown->letter.state, DeadLetterState::dead);
  EXPECT_THAT(letters_.stored, IsEmpty());
  EXPECT_THAT(letters_.audited, IsEmpty());
}

TEST_F(DeadLettersTest, WhatIsWrongIsSaidBeforeAnythingIsDone) {
  EXPECT_EQ(fault({}), "");
  EXPECT_EQ(fault({.email = "nowhere"}), "/recipient/email");
  EXPECT_EQ(fault({.phone = "12"}), "/recipient/phone");
  EXPECT_EQ(fault({.template_version = 4}), "/template");
  EXPECT_EQ(fault({.template_language = "es"}), "/template");
  EXPECT_EQ(fault({.content = Fields{{"title", "x"}}}), "/content");
  EXPECT_EQ(fault({.expires_at = noon() - 1s}), "/expiresAt");
}

TEST_F(DeadLettersTest, EditsThatBreakTheTemplateAreRefused) {
  byTemplate();
  EXPECT_EQ(fault({.data_json = "{}"}), "/data/orderId");
  EXPECT_EQ(fault({.template_version = 4, .content = Fields{{"text", "x"}}}), "/content");
  const auto made = make().correct(by_, id(), {.data_json = R"({"orderId":"A-2"})"}, true);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(*findField(made->previews.at(0).content, "text"), R"(Order plain {"orderId":"A-2"})");
  EXPECT_TRUE(make().correct(by_, id(), {.content = Fields{{"text", "x"}}}, true).ok()) << "instead of the template";
}

TEST_F(DeadLettersTest, WhatDoesNotRenderIsRefusedWithTheReason) {
  byTemplate("fails");
  EXPECT_EQ(fault({.data_json = R"({"orderId":"A-2"})"}), "/data");
  EXPECT_EQ(fault({.email = "new@example.test"}), "");
  const auto refused = make().correct(by_, id(), {.template_version = 3}, false);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().errors[0].pointer, "/template");
  EXPECT_THAT(refused.error().errors[0].message, HasSubstr("field 'text': fails"));
}

TEST_F(DeadLettersTest, APushGoesToTheOneDeviceThatFailed) {
  catalogue_.add("push", Channel::push);
  directory_.reload();
  auto& delivery = view().deliveries[1];
  delivery.channel = Channel::push;
  delivery.address = 1;
  letters_.letter.channel = Channel::push;
  view().request.content = {{Channel::push, {{"title", "Hello"}, {"body", "It rings"}}}};
  view().request.recipient.device_tokens = {{"one", Platform::ios}, {"two", Platform::android}};
  const auto made = make().correct(by_, id(), {.content = Fields{{"title", "a"}, {"body", "b"}}}, false);
  ASSERT_TRUE(made.ok()) << made.error().detail;
  EXPECT_THAT(letters_.stored.at(0).request.recipient.device_tokens,
              ElementsAre(DeviceToken{"two", Platform::android}));
  EXPECT_THAT(letters_.stored.at(0).deliveries, SizeIs(1));
  letters_.letter.state = DeadLetterState::dead;
  ASSERT_TRUE(make().correct(by_, id(), {.device_token = DeviceToken{"three", {}}}, false).ok());
  EXPECT_THAT(letters_.stored.at(1).request.recipient.device_tokens, ElementsAre(DeviceToken{"three", {}}));
}

TEST_F(DeadLettersTest, ASuspendedTenantSendsNothingAnew) {
  catalogue_.tenant.state = TenantState::suspended;
  directory_.reload();
  EXPECT_EQ(make().correct(by_, id(), {.email = "new@example.test"}, false).error().code, ErrorCode::tenant_suspended);
  EXPECT_THAT(letters_.stored, IsEmpty());
}

TEST(DeadLetterEdits, NameEveryFieldThatTheyChange) {
  const DeadLetterEdit all{.user_id = "u",
                           .email = "e",
                           .phone = "p",
                           .device_token = DeviceToken{"t", {}},
                           .data_json = "{}",
                           .template_version = 2,
                           .template_language = "es",
                           .content = Fields{},
                           .expires_at = noon()};
  EXPECT_THAT(fieldsOf(all),
              ElementsAre("recipient.userId", "recipient.email", "recipient.phone", "recipient.deviceToken", "data",
                          "template.version", "template.language", "content", "expiresAt"));
}

TEST(DeadLetterActions, TakeNoStateAndNoPriority) {
  const auto faults = [](const QueueWish& wish) {
    std::string pointers;
    for (const auto& error : faultsOf(ActionWish{wish, false})) pointers += error.pointer + " ";
    return pointers;
  };
  for (auto action : {QueueAction::replay_dead_letters, QueueAction::purge_dead_letters}) {
    EXPECT_EQ(faults({action, {.template_key = "order"}, {}, {}}), "");
    EXPECT_EQ(faults({action, {}, {}, {}}), "/filter ");
    EXPECT_EQ(faults({action, {.state = DeliveryState::queued}, {}, {}}), "/filter/state ");
    EXPECT_EQ(faults({action, {.channel = Channel::sms}, Priority::low, {}}), "/priority ");
  }
}

}  // namespace
}  // namespace belfry::test
