#include "services/intake/intake.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class KeepingStore final : public IntakeStore {
 public:
  std::optional<IntakeOutcome> findKey(TenantId, const Digest256&, const Digest256&) override { return known; }
  std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms&) override {
    rows.insert(rows.end(), group.begin(), group.end());
    return std::vector<IntakeOutcome>(group.size(), outcome);
  }
  std::vector<NewNotification> rows;
  std::optional<IntakeOutcome> known;
  IntakeOutcome outcome = Stored{};
};

/// Devices of any tenant's user.
class FakeDevices final : public DeviceStore {
 public:
  Registration put(TenantId, const std::string&, const NewDevice&, int) override { throw StoreRejected("not asked"); }
  std::vector<Device> list(TenantId, const std::string&) override { throw StoreRejected("not asked"); }
  std::vector<DeviceToken> live(TenantId, const std::string& user) override { return of[user]; }
  bool remove(TenantId, const std::string&, DeviceId) override { throw StoreRejected("not asked"); }
  bool disable(TenantId, const std::string&, const std::string&) override { throw StoreRejected("not asked"); }

  std::map<std::string, std::vector<DeviceToken>> of;
};

/// Knows +34 and nine digits, and the nine digits alone in ES.
class SpanishNumbers final : public PhoneNumbers {
 public:
  Result<PhoneNumber, NotANumber> parse(std::string_view text, std::string_view region) const override {
    std::string e164(text);
    std::erase(e164, ' ');
    if (region == "ES" && !e164.starts_with('+')) e164 = "+34" + e164;
    if (e164.size() == 12 && e164.starts_with("+34")) return PhoneNumber{e164, "ES", "mobile"};
    return failure(NotANumber{"is too short", "an international number"});
  }
};

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    catalogue_.add("mail");
    directory_.reload();
    caller_.tenant = catalogue_.tenant.id;
    command_.channels = {Channel::email};
    command_.request.recipient.email = "ada@example.test";
    command_.request.content[Channel::email] = {{"text", "Hello"}};
  }

  /// Sends, and lets the writer finish. The commit is over when this returns.
  Result<SendAnswer, Problem> send() {
    std::optional<Result<SendAnswer, Problem>> answer;
    IntakeWriter writer(store_, dispatch_, silentLog(), {}), critical(store_, dispatch_, silentLog(), {});
    Intake intake(
        {directory_, templates_, devices_, store_, numbers_, previews_, plugins_, writer, critical, clock_},
        [&](const Accepted& accepted) {
          if (on_accepted_) on_accepted_(accepted);
          return "accepted as " + accepted.id.toString();
        },
        settings_);
    intake.send(caller_, command_, [&](auto outcome) { answer = std::move(outcome); });
    for (auto* one : {&writer, &critical}) {
      one->start();
      one->stop();
    }
    EXPECT_TRUE(answer) << "answered exactly once";
    return answer ? *answer : Result<SendAnswer, Problem>(failure(Problem{ErrorCode::internal, "no answer", {}, 0}));
  }

  ErrorCode problem() {
    auto answer = send();
    EXPECT_FALSE(answer.ok());
    EXPECT_THAT(store_.rows, IsEmpty());
    return answer.ok() ? ErrorCode::internal : answer.error().code;
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  FakeTemplates store_of_templates_;
  StillClock clock_;
  KeepingStore store_;
  FakeDispatch dispatch_;
  FakeDevices devices_;
  SpanishNumbers numbers_;
  IntakeSettings settings_;
  std::function<void(const Accepted&)> on_accepted_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  FakeEngines engines_;
  Renderer renderer_{store_of_templates_, engines_};
  DeliveryPreviews previews_{directory_, renderer_};
  TemplateResolver templates_{store_of_templates_};
  Caller caller_;
  SendCommand command_;
};

TEST_F(IntakeTest, StoresWhatItAccepts) {
  command_.priority = Priority::high;
  command_.delay = 1h;
  command_.expires_at = noon() + 2h;
  auto answer = send();
  ASSERT_TRUE(answer.ok());
  ASSERT_THAT(store_.rows, SizeIs(1));
  const auto& row = store_.rows[0];
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body_json, "accepted as " + row.id.toString());
  EXPECT_FALSE(answer->replayed);
  EXPECT_EQ(row.tenant, caller_.tenant);
  EXPECT_EQ(row.priority, Priority::high);
  EXPECT_EQ(row.created_at, noon());
  EXPECT_EQ(row.scheduled_at, noon() + 1h);
  EXPECT_EQ(row.expires_at, noon() + 2h);
  ASSERT_THAT(row.deliveries, SizeIs(1));
  EXPECT_EQ(row.deliveries[0].channel, Channel::email);
  EXPECT_NE(row.deliveries[0].id.value, row.id.value);
  EXPECT_FALSE(row.idempotency);
}

TEST_F(IntakeTest, TheKeyTravelsWithTheAnswerThatAReplayGets) {
  command_.idempotency_key = "key";
  command_.request_hash = sha256("request");
  EXPECT_TRUE(send().ok());
  const auto& claim = store_.rows.at(0).idempotency;
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->key_hash, sha256("key"));
  EXPECT_EQ(claim->request_hash, sha256("request"));
  EXPECT_EQ(claim->response_json, "accepted as " + store_.rows[0].id.toString());
  EXPECT_EQ(claim->expires_at, noon() + 24h);
}

TEST_F(IntakeTest, EachOutcomeOfTheStoreHasItsAnswer) {
  store_.outcome = Replayed{202, "the first answer"};
  auto replay = send();
  ASSERT_TRUE(replay.ok());
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->body_json, "the first answer");
  store_.outcome = IdempotencyMismatch{};
  EXPECT_EQ(send().error().code, ErrorCode::idempotency_mismatch);
  store_.outcome = IdempotencyInProgress{};
  auto busy = send();
  EXPECT_EQ(busy.error().code, ErrorCode::idempotency_in_progress);
  EXPECT_GT(busy.error().retry_after_s, 0);
}

TEST_F(IntakeTest, ADryRunStoresNothing) {
  command_.dry_run = true;
  auto answer = send();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(store_.rows, IsEmpty());
}

TEST_F(IntakeTest, ADryRunShowsWhatEachDeliveryWouldDo) {
  command_.dry_run = true;
  std::vector<DeliveryPreview> previews;
  on_accepted_ = [&](const Accepted& accepted) { previews = accepted.previews; };
  ASSERT_TRUE(send());
  ASSERT_THAT(previews, testing::SizeIs(1));
  EXPECT_EQ(previews[0].provider, "mail");
  EXPECT_EQ(previews[0].problem_code, "");
  EXPECT_THAT(previews[0].exchanges_json, testing::HasSubstr("fake"));
  EXPECT_THAT(plugins_.channel->messages, IsEmpty()) << "nothing left";
}

TEST_F(IntakeTest, AnOptionThatNoProviderKnowsIsNamed) {
  command_.request.options[Channel::email].options = {{"reply_to", "ada@example.test"}, {"confetti", "yes"}};
  auto answer = send();
  ASSERT_FALSE(answer.ok());
  ASSERT_THAT(answer.error().errors, testing::SizeIs(1));
  EXPECT_EQ(answer.error().errors[0].pointer, "/options/email/confetti");
  EXPECT_EQ(answer.error().errors[0].allowed, "from, reply_to");
}

TEST_F(IntakeTest, EverythingThatIsWrongIsSaidAtOnce) {
  command_.channels = {Channel::email, Channel::sms};
  command_.request.recipient.email = "ada";
  command_.expires_at = noon() - 1h;
  command_.request.template_ref = TemplateRef{"gone", 0, ""};
  auto answer = send();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::validation_failed);
  std::vector<std::string> pointers;
  for (const auto& error : answer.error().errors) pointers.push_back(error.pointer);
  EXPECT_THAT(pointers,
              ElementsAre("/channels/1", "/recipient/phone", "/recipient/email", "/expiresAt", "/template/key"));
}

TEST_F(IntakeTest, ASuspendedTenantSendsNothing) {
  catalogue_.tenant.state = TenantState::suspended;
  directory_.reload();
  EXPECT_EQ(problem(), ErrorCode::tenant_suspended);
}

TEST_F(IntakeTest, AnUnknownTenantSendsNothing) {
  caller_.tenant = tenantNumber(9);
  EXPECT_EQ(problem(), ErrorCode::not_found);
}

TEST_F(IntakeTest, TheTemplatesVersionAndLanguageArePinned) {
  ResolvedTemplate found;
  found.key = "hello";
  found.version.version = 7;
  found.version.language = "es";
  found.version.content[Channel::email] = {{"text", "Hola"}};
  found.version.required = {"name"};
  store_of_templates_.templates["hello"] = found;
  command_.request.content.clear();
  command_.request.template_ref = TemplateRef{"hello", 0, ""};
  EXPECT_EQ(problem(), ErrorCode::validation_failed) << "its variable is missing";
  command_.request.data_json = R"({"name":"Ada"})";
  ASSERT_TRUE(send().ok());
  EXPECT_EQ(store_.rows.at(0).request.template_ref->version, 7);
  EXPECT_EQ(store_.rows.at(0).request.template_ref->language, "es");
}

TEST_F(IntakeTest, AReplayIsAnsweredAlsoWhenItIsNoLongerValid) {
  command_.idempotency_key = "key";
  command_.send_at = noon() - 1h;
  EXPECT_EQ(problem(), ErrorCode::validation_failed) << "the first time it is refused";
  store_.known = Replayed{202, "the first answer"};
  const auto late = send();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->body_json, "the first answer");
  EXPECT_TRUE(late->replayed);
  command_.send_at.reset();
  command_.request.content.clear();
  command_.request.template_ref = TemplateRef{"gone", 0, ""};
  EXPECT_EQ(send()->body_json, "the first answer") << "its template was withdrawn";
  EXPECT_THAT(store_.rows, IsEmpty());
}

TEST_F(IntakeTest, AKeyOfAnotherRequestIsAMismatchAlsoWhenThisOneIsInvalid) {
  command_.idempotency_key = "key";
  command_.send_at = noon() - 1h;
  store_.known = IdempotencyMismatch{};
  EXPECT_EQ(problem(), ErrorCode::idempotency_mismatch);
}

TEST_F(IntakeTest, ADryRunNeverReplays) {
  command_.idempotency_key = "key";
  command_.dry_run = true;
  command_.send_at = noon() - 1h;
  store_.known = Replayed{202, "the first answer"};
  EXPECT_EQ(problem(), ErrorCode::validation_failed);
}

TEST_F(IntakeTest, ANumberIsStoredAsE164) {
  command_.request.recipient.phone = "+34 600 000 001";
  ASSERT_TRUE(send());
  EXPECT_EQ(store_.rows.at(0).request.recipient.phone, "+34600000001");
}

TEST_F(IntakeTest, ANumberWithoutACountryBelongsToTheDefaultRegion) {
  command_.request.recipient.phone = "600 000 001";
  EXPECT_EQ(problem(), ErrorCode::validation_failed);
  settings_.default_region = "ES";
  ASSERT_TRUE(send());
  EXPECT_EQ(store_.rows.at(0).request.recipient.phone, "+34600000001");
}

TEST_F(IntakeTest, WhatIsNoNumberIsRefusedWithTheReason) {
  command_.request.recipient.phone = "+34 12";
  const auto refused = send();
  ASSERT_FALSE(refused);
  const auto& error = refused.error().errors.at(0);
  EXPECT_EQ(error.pointer, "/recipient/phone");
  EXPECT_EQ(error.code, FieldErrorCode::not_a_number);
  EXPECT_EQ(error.message, "is too short");
  EXPECT_EQ(error.value, "+34 12");
  EXPECT_EQ(error.allowed, "an international number");
}

class PushIntakeTest : public IntakeTest {
 protected:
  PushIntakeTest() {
    catalogue_.add("push", Channel::push);
    directory_.reload();
    command_.channels = {Channel::push};
    command_.request.recipient = {};
    command_.request.recipient.user_id = "ada";
    command_.request.content[Channel::push] = {{"title", "Hello"}};
  }
};

TEST_F(PushIntakeTest, GoesToEachDeviceOfTheUser) {
  devices_.of["ada"] = {{"t1", Platform::ios}, {"t2", Platform::web}};
  ASSERT_TRUE(send());
  ASSERT_THAT(store_.rows, SizeIs(1));
  const auto& row = store_.rows[0];
  EXPECT_EQ(row.request.recipient.device_tokens, devices_.of["ada"]);
  ASSERT_THAT(row.deliveries, SizeIs(2));
  EXPECT_EQ(row.deliveries[0].address, 0);
  EXPECT_EQ(row.deliveries[1].address, 1);
  EXPECT_NE(row.deliveries[0].id, row.deliveries[1].id);
}

TEST_F(PushIntakeTest, TokensOfTheRequestComeBeforeRegisteredOnes) {
  devices_.of["ada"] = {{"registered", Platform::ios}};
  command_.request.recipient.device_tokens = {{"given-1", {}}, {"given-2", {}}};
  ASSERT_TRUE(send());
  EXPECT_THAT(store_.rows.at(0).deliveries, SizeIs(2));
  EXPECT_EQ(store_.rows[0].request.recipient.device_tokens[0].token, "given-1");
}

TEST_F(PushIntakeTest, AUserWithoutADeviceIsRefusedWhenPushIsAll) {
  const auto refused = send();
  ASSERT_FALSE(refused);
  ASSERT_THAT(refused.error().errors, SizeIs(1));
  EXPECT_EQ(refused.error().errors[0].code, FieldErrorCode::no_device);
  EXPECT_EQ(refused.error().errors[0].pointer, "/recipient/userId");
  EXPECT_EQ(refused.error().errors[0].value, "ada");
}

TEST_F(PushIntakeTest, BesideAnotherChannelItIsLeftToTheDelivery) {
  command_.channels = {Channel::email, Channel::push};
  command_.request.recipient.email = "ada@example.test";
  ASSERT_TRUE(send());
  EXPECT_THAT(store_.rows.at(0).deliveries, SizeIs(2));
  EXPECT_THAT(store_.rows[0].request.recipient.device_tokens, IsEmpty());
}

TEST_F(PushIntakeTest, TheSameTokenTwiceIsRefused) {
  command_.request.recipient.device_tokens = {{"t", {}}, {"t", Platform::ios}};
  const auto refused = send();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.at(0).code, FieldErrorCode::duplicate);
  EXPECT_EQ(refused.error().errors[0].pointer, "/recipient/deviceTokens/1/token");
}

}  // namespace
}  // namespace belfry::test
