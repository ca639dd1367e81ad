#include "services/intake/intake.h"

#include "fake_intake.h"

namespace belfry::test {
namespace {

class IntakeTest : public IntakeSuite {
 protected:
  /// Sends, and lets the writer finish. The commit is over when this returns.
  Result<SendAnswer, Problem> send() {
    std::optional<Result<SendAnswer, Problem>> answer;
    IntakeWriter writer(store_, dispatch_, silentLog(), {}), critical(store_, dispatch_, silentLog(), {});
    Intake intake(
        {directory_, templates_, devices_, store_, numbers_, zones_, previews_, plugins_, writer, critical, clock_,
         gate_},
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

  IntakeSettings settings_;
  std::function<void(const Accepted&)> on_accepted_;
  const QueueGate* gate_ = nullptr;
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

TEST_F(IntakeTest, ClaimsNoKeyUnlessSomebodySaysSo) {
  ASSERT_TRUE(send().ok());
  EXPECT_FALSE(store_.rows.at(0).dedup);
}

TEST_F(IntakeTest, ClaimsAKeyWhenTheSendOrTheTenantSaysSo) {
  for (auto channel : allChannels()) settings_.dedup_ttls[channel] = 24h;
  command_.dedup = DedupWish{};
  command_.dedup->key = "booking 7";
  ASSERT_TRUE(send().ok());
  ASSERT_TRUE(store_.rows.at(0).dedup);
  const auto& claim = store_.rows[0].dedup->claims.at(0);
  EXPECT_EQ(claim.key, "booking 7");
  EXPECT_EQ(claim.level, DedupLevel::send);
  EXPECT_EQ(claim.expires_at, noon() + 24h);

  command_.dedup.reset();
  catalogue_.tenant.dedup.enabled = true;
  directory_.reload();
  store_.rows.clear();
  ASSERT_TRUE(send().ok());
  ASSERT_TRUE(store_.rows.at(0).dedup);
  EXPECT_TRUE(store_.rows[0].dedup->claims.at(0).generated);
  EXPECT_EQ(store_.rows[0].dedup->claims[0].level, DedupLevel::tenant);
}

TEST_F(IntakeTest, ADryRunClaimsNothingButIsChecked) {
  for (auto channel : allChannels()) settings_.dedup_ttls[channel] = 24h;
  command_.dry_run = true;
  command_.dedup = DedupWish{};
  auto answer = send();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(store_.rows, IsEmpty());
  command_.dedup->context = {"orderId"};
  EXPECT_EQ(problem(), ErrorCode::validation_failed);
}

TEST_F(IntakeTest, ADoubleIsAnsweredAsOne) {
  for (auto channel : allChannels()) settings_.dedup_ttls[channel] = 24h;
  command_.dedup = DedupWish{};
  std::vector<Accepted> told;
  on_accepted_ = [&](const Accepted& accepted) { told.push_back(accepted); };
  store_.doubles_on = {Channel::email};
  auto answer = send();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 202);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].state, DeliveryState::queued);
  EXPECT_EQ(told[1].state, DeliveryState::deduplicated);
  EXPECT_EQ(told[1].deliveries.at(0).state, DeliveryState::deduplicated);
  EXPECT_EQ(told[1].id, told[0].id);

  store_.doubles_on = {Channel::sms};  // another channel's double leaves this one as it was
  ASSERT_TRUE(send().ok());
  EXPECT_EQ(told.back().state, DeliveryState::queued);
}

TEST_F(IntakeTest, WhatIsDrainedTakesNothingInAndSaysWhy) {
  FakePauses pauses;
  QueueGate gate(pauses, directory_);
  gate_ = &gate;
  EXPECT_TRUE(send());
  pauses.hold({Channel::email, {}, ""}, true);
  gate.reload();
  const auto refused = send();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_ready);
  EXPECT_GT(refused.error().retry_after_s, 0);
  EXPECT_THAT(refused.error().detail, HasSubstr("channel email is being drained since 2026-12-01T12:00:00"));
  EXPECT_THAT(refused.error().detail, HasSubstr("by key:test (test)"));
  EXPECT_THAT(store_.rows, SizeIs(1));
  command_.dry_run = true;
  EXPECT_TRUE(send()) << "a dry run sends nothing";
  command_.dry_run = false;
  pauses.pauses[0].scope.channel = Channel::sms;
  gate.reload();
  EXPECT_TRUE(send()) << "another channel is drained";
}

TEST_F(IntakeTest, ALocalTimeIsOneInstant) {
  command_.send_at_local = *parseLocalTime("2026-12-02T09:00");
  command_.request.recipient.timezone = "Europe/Madrid";
  command_.request.misfire = MisfirePolicy::skip;
  ASSERT_TRUE(send().ok());
  EXPECT_EQ(store_.rows.at(0).scheduled_at, *parseRfc3339("2026-12-02T08:00:00Z"));
  EXPECT_EQ(store_.rows[0].request.misfire, MisfirePolicy::skip);
}

TEST_F(IntakeTest, ALocalTimeIsCheckedLikeAnyOther) {
  const auto error = [&](const char* local) {
    command_.send_at.reset();
    command_.send_at_local = *parseLocalTime(local);
    const auto answer = send();
    return answer.ok()
               ? "ok"
               : answer.error().errors.at(0).pointer + " " + std::string(toText(answer.error().errors.at(0).code));
  };
  command_.timezone = "Europe/Madrid";
  EXPECT_EQ(error("2026-11-30T09:00"), "/sendAtLocal in_the_past");
  EXPECT_EQ(error("2037-12-30T09:00"), "/sendAtLocal out_of_range");
  EXPECT_EQ(error("2027-03-28T02:30"), "/sendAtLocal no_such_time");
}

}  // namespace
}  // namespace belfry::test
