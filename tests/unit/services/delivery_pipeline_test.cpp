#include "services/delivery/delivery_pipeline.h"

#include "adapters/datetz/system_time_zones.h"
#include "fakes.h"

namespace belfry::test {
namespace {

class DeliveryPipelineTest : public ::testing::Test {
 protected:
  DeliveryPipelineTest() {
    catalogue_.add("mail");
    directory_.reload();
    loaded_.request.recipient.email = "ada@example.test";
    loaded_.request.recipient.name = "Ada";
    loaded_.request.content[Channel::email] = {{"subject", "Hello"}, {"text", "World"}};
    loaded_.created_at = noon() - 1min;
    answer({Outcome::accepted, {}, "provider-id", "250", "OK"});
  }

  void answer(SendOutcome outcome) {
    plugins_.channel->answer = [outcome](const OutgoingMessage&) { return outcome; };
  }

  void useTemplate(const std::string& key, const Fields& fields, Channel channel = Channel::email) {
    ResolvedTemplate made;
    made.key = key;
    made.engine = "fake";
    made.version.version = 1;
    made.version.content[channel] = fields;
    templates_.templates[key] = made;
    loaded_.request.template_ref = TemplateRef{key, 1, "en"};
    loaded_.request.data_json = R"({"a":1})";
  }

  Settlement begin(int attempt = 1) {
    settlements_.clear();
    pipeline_.begin(claimNumber(1, attempt), loaded_, std::chrono::steady_clock::time_point(1h));
    EXPECT_THAT(settlements_, SizeIs(1)) << "exactly one settlement";
    return settlements_.empty() ? Settlement{} : settlements_[0];
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  FakeTemplates templates_;
  FakeEngines engines_;
  StillClock clock_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  Renderer renderer_{templates_, engines_};
  LoadedNotification loaded_;
  std::vector<Settlement> settlements_;
  std::vector<AttemptObservation> observed_;
  DeliveryPipeline pipeline_{directory_,
                             renderer_,
                             clock_,
                             silentLog(),
                             {{Channel::email, {2, 1000ms, 2.0, 10000ms}}},
                             [this](Settlement settlement) { settlements_.push_back(std::move(settlement)); },
                             [this](const AttemptObservation& seen) { observed_.push_back(seen); }};
};

TEST_F(DeliveryPipelineTest, SendsTheMessageAsItWasAsked) {
  loaded_.request.options[Channel::email] = {{{"from", "shop@example.test"}}, {{"X-Order", "42"}}};
  loaded_.request.attachments = {{"bill.pdf", "application/pdf", "", "bytes"}};
  auto settled = begin(2);
  EXPECT_EQ(settled.state, DeliveryState::sent);
  EXPECT_EQ(settled.provider, "mail");
  EXPECT_EQ(settled.provider_message_id, "provider-id");
  ASSERT_THAT(plugins_.channel->messages, SizeIs(1));
  const auto& message = *plugins_.channel->messages[0];
  EXPECT_EQ(message.delivery, claimNumber(1).id);
  EXPECT_EQ(message.attempt, 2);
  EXPECT_EQ(message.to, "ada@example.test");
  EXPECT_EQ(message.to_name, "Ada");
  EXPECT_EQ(message.content, (Fields{{"subject", "Hello"}, {"text", "World"}}));
  EXPECT_EQ(message.options, (Fields{{"from", "shop@example.test"}}));
  EXPECT_EQ(message.headers, (Fields{{"X-Order", "42"}}));
  EXPECT_THAT(message.attachments, SizeIs(1));
  EXPECT_EQ(message.created_at, noon() - 1min);
  EXPECT_EQ(message.deadline, std::chrono::steady_clock::time_point(1h));
}

TEST_F(DeliveryPipelineTest, EveryOutcomeIsSettledAndObservedOnce) {
  for (auto outcome : allOutcomes()) {
    observed_.clear();
    answer({outcome, {}, {}, "code", "detail"});
    auto settled = begin();
    EXPECT_EQ(settled.attempt, 1);
    EXPECT_THAT(settled.events, SizeIs(2));
    ASSERT_THAT(observed_, SizeIs(1));
    EXPECT_EQ(observed_[0].outcome, toText(outcome));
    EXPECT_EQ(observed_[0].plugin, "smtp");
    EXPECT_EQ(observed_[0].channel, Channel::email);
  }
}

TEST_F(DeliveryPipelineTest, TheAnswerMayComeLaterAndFromAnInstanceThatWasReplaced) {
  auto first = plugins_.channel;
  first->answer = nullptr;
  pipeline_.begin(claimNumber(1), loaded_, in(1h));
  EXPECT_THAT(settlements_, IsEmpty());
  catalogue_.instances[0].config_json = R"({"changed":true})";
  plugins_.channel = std::make_shared<FakeChannel>();
  directory_.reload();
  EXPECT_EQ(first->answerAll({Outcome::accepted, {}, "late", {}, {}}), 1u);
  ASSERT_THAT(settlements_, SizeIs(1));
  EXPECT_EQ(settlements_[0].provider_message_id, "late");
}

TEST_F(DeliveryPipelineTest, RetriesUntilTheAttemptsAreUsedUp) {
  answer({Outcome::throttled, Duration(3s), {}, "421", "later"});
  auto first = begin(1);
  EXPECT_EQ(first.state, DeliveryState::deferred);
  EXPECT_EQ(first.due_at, noon() + 3s);
  auto last = begin(2);
  EXPECT_EQ(last.state, DeliveryState::failed);
  EXPECT_EQ(last.error_code, "421");
}

TEST_F(DeliveryPipelineTest, TheRecipientsAddressIsMaskedInWhatIsKept) {
  answer({Outcome::rejected_recipient, {}, {}, "550", "5.1.1 <Ada@Example.test>: user unknown"});
  auto settled = begin();
  EXPECT_EQ(settled.error_detail, "5.1.1 <a***@example.test>: user unknown");
  EXPECT_EQ(settled.events[1].detail_json.find("Ada@"), std::string::npos);
}

TEST_F(DeliveryPipelineTest, WhatCannotBeReadFails) {
  pipeline_.begin(claimNumber(1), std::nullopt, in(1h));
  ASSERT_THAT(settlements_, SizeIs(1));
  EXPECT_EQ(settlements_[0].state, DeliveryState::failed);
  EXPECT_EQ(settlements_[0].error_code, "unreadable");
}

TEST_F(DeliveryPipelineTest, WhatIsTooLateExpires) {
  loaded_.expires_at = noon();
  auto settled = begin();
  EXPECT_EQ(settled.state, DeliveryState::expired);
  EXPECT_THAT(settled.error_detail, HasSubstr("2026-12-01T12:00:00"));
  EXPECT_THAT(plugins_.channel->messages, IsEmpty());
  loaded_.expires_at = noon() + 1us;
  EXPECT_EQ(begin().state, DeliveryState::sent);
}

TEST_F(DeliveryPipelineTest, RendersItsTemplate) {
  useTemplate("hello", {{"subject", "S"}, {"html", "<p>"}});
  EXPECT_EQ(begin().state, DeliveryState::sent);
  EXPECT_EQ(plugins_.channel->messages[0]->content,
            (Fields{{"subject", R"(S plain {"a":1})"}, {"html", R"(<p> html {"a":1})"}}));
  begin();
  EXPECT_EQ(engines_.compiled, 2) << "once per field and version";
  EXPECT_EQ(templates_.resolved, 1);
}

TEST_F(DeliveryPipelineTest, ATemplateThatCannotBeRenderedFailsForGood) {
  useTemplate("fails", {{"text", "fails"}});
  EXPECT_EQ(begin().error_code, "render_failed");
  useTemplate("bad", {{"text", "bad"}});
  auto invalid = begin();
  EXPECT_EQ(invalid.error_code, "template_invalid");
  EXPECT_THAT(invalid.error_detail, HasSubstr("field 'text': line 3, column 7: is bad"));
  useTemplate("sms-only", {{"text", "x"}}, Channel::sms);
  EXPECT_EQ(begin().error_code, "channel_not_in_template");
  loaded_.request.template_ref->key = "gone";
  auto gone = begin();
  EXPECT_EQ(gone.error_code, "template_not_found");
  EXPECT_EQ(gone.state, DeliveryState::failed);
  EXPECT_THAT(plugins_.channel->messages, IsEmpty());
}

TEST_F(DeliveryPipelineTest, WithoutAProviderItIsPutOff) {
  catalogue_.instances[0].enabled = false;
  directory_.reload();
  auto settled = begin();
  EXPECT_EQ(settled.state, DeliveryState::deferred);
  EXPECT_EQ(settled.error_code, "no_provider");
  EXPECT_EQ(begin(2).state, DeliveryState::failed);
}

TEST_F(DeliveryPipelineTest, AProviderThatCannotSendIsSkippedAndNamed) {
  plugins_.refusals["broken"] = "secret 'password' is missing";
  catalogue_.instances.clear();
  catalogue_.add("broken");
  directory_.reload();
  EXPECT_THAT(begin().error_detail, HasSubstr("broken: secret 'password' is missing"));
  catalogue_.add("spare");
  directory_.reload();
  EXPECT_EQ(begin().provider, "spare");
}

TEST_F(DeliveryPipelineTest, ADatabaseThatIsAwayPutsItOff) {
  useTemplate("hello", {{"text", "x"}});
  templates_.trouble = [] { throw StoreUnavailable("away"); };
  auto settled = begin();
  EXPECT_EQ(settled.state, DeliveryState::deferred);
  EXPECT_EQ(settled.error_code, "store_unavailable");
}

TEST_F(DeliveryPipelineTest, AnythingUnforeseenPutsItOffToo) {
  useTemplate("hello", {{"text", "x"}});
  templates_.trouble = [] { throw StoreRejected("template_versions.content is not {channel: {field: text}}"); };
  auto settled = begin();
  EXPECT_EQ(settled.state, DeliveryState::deferred) << "the loop that began it goes on";
  EXPECT_EQ(settled.error_code, "internal");
}

TEST_F(DeliveryPipelineTest, ASimulationSaysSo) {
  plugins_.channel->simulates = true;
  EXPECT_THAT(begin().events[1].detail_json, HasSubstr(R"("simulated":true)"));
}

class PushPipelineTest : public DeliveryPipelineTest {
 protected:
  PushPipelineTest() {
    catalogue_.add("push", Channel::push);
    directory_.reload();
    loaded_.request.recipient.device_tokens = {{"token-1", Platform::ios}, {"token-2", Platform::web}};
    loaded_.request.content[Channel::push] = {{"title", "Hello"}};
  }
  Settlement push(int address) {
    settlements_.clear();
    auto claim = claimNumber(1);
    claim.channel = Channel::push;
    claim.address = address;
    pipeline_.begin(claim, loaded_, std::chrono::steady_clock::time_point(1h));
    return settlements_.empty() ? Settlement{} : settlements_[0];
  }
};

TEST_F(PushPipelineTest, GoesToTheDeviceOfItsDelivery) {
  EXPECT_EQ(push(1).state, DeliveryState::sent);
  ASSERT_THAT(plugins_.channel->messages, SizeIs(1));
  EXPECT_EQ(plugins_.channel->messages[0]->to, "token-2");
  EXPECT_EQ(plugins_.channel->messages[0]->to_kind, "web");
}

TEST_F(PushPipelineTest, ADeadTokenIsReportedWithItsSettlement) {
  answer({Outcome::rejected_recipient, {}, "", "UNREGISTERED", "gone", {}});
  const auto settled = push(0);
  ASSERT_TRUE(settled.device);
  EXPECT_EQ(settled.device->token, "token-1");
  EXPECT_EQ(settled.device->dead_reason, "UNREGISTERED");
}

TEST_F(PushPipelineTest, WithoutADeviceItIsSkipped) {
  loaded_.request.recipient.device_tokens.clear();
  const auto settled = push(0);
  EXPECT_EQ(settled.state, DeliveryState::skipped);
  EXPECT_EQ(settled.error_code, "no_device");
  EXPECT_EQ(settled.events.at(0).type, EventType::skipped);
  EXPECT_THAT(plugins_.channel->messages, IsEmpty());
}

TEST_F(DeliveryPipelineTest, TheMessageSaysWhomItIsForAndUntilWhen) {
  loaded_.request.recipient.user_id = "ada";
  loaded_.request.recipient.language = "es";
  loaded_.request.metadata_json = R"({"order":1})";
  loaded_.expires_at = noon() + 1h;
  begin();
  ASSERT_THAT(plugins_.channel->messages, SizeIs(1));
  const auto& message = *plugins_.channel->messages[0];
  EXPECT_EQ(message.user_id, "ada");
  EXPECT_EQ(message.language, "es");
  EXPECT_EQ(message.metadata_json, R"({"order":1})");
  EXPECT_EQ(message.expires_at, noon() + 1h);
  EXPECT_EQ(message.to_kind, "");
}

TEST_F(DeliveryPipelineTest, AnInboxItemGoesToTheRecipientsUser) {
  loaded_.request.recipient.user_id = "ada";
  InboxItem item;
  item.title = "Hello";
  answer({Outcome::delivered, {}, "", "", "", item});
  const auto settled = begin();
  EXPECT_EQ(settled.user_id, "ada");
  ASSERT_TRUE(settled.inbox_item);
  EXPECT_EQ(settled.inbox_item->title, "Hello");
  EXPECT_FALSE(settled.device) << "an e-mail has none";
}

TEST_F(DeliveryPipelineTest, NoExchangeBeginsAfterExpiresAt) {
  begin();
  EXPECT_EQ(plugins_.channel->messages.back()->begin_by, std::chrono::steady_clock::time_point::max());
  loaded_.expires_at = noon() + 5min;
  const auto before = std::chrono::steady_clock::now();
  begin();
  const auto& message = *plugins_.channel->messages.back();
  EXPECT_GE(message.begin_by, before + 5min);
  EXPECT_LE(message.begin_by, std::chrono::steady_clock::now() + 5min);
  EXPECT_EQ(message.deadline, std::chrono::steady_clock::time_point(1h)) << "the lease stays what it was";
}

TEST_F(DeliveryPipelineTest, AFailureWithoutTimeForAnotherAttemptExpiresAtOnce) {
  answer({Outcome::throttled, Duration(5s), {}, "421", "later"});
  loaded_.expires_at = noon() + 5s;
  EXPECT_EQ(begin().state, DeliveryState::expired);
  loaded_.expires_at = noon() + 5s + 1us;
  EXPECT_EQ(begin().state, DeliveryState::deferred);
}

TEST_F(DeliveryPipelineTest, TheTotalTimeCountsFromWhenItWasFirstDue) {
  pipeline_.setRetry({{Channel::email, {5, 1000ms, 2.0, 10000ms, 60000ms, 60000ms}}});
  answer({Outcome::throttled, Duration(5s), {}, "421", "later"});
  loaded_.created_at = noon() - 1h;
  EXPECT_EQ(begin().state, DeliveryState::failed);
  loaded_.first_due = noon() - 10s;
  EXPECT_EQ(begin().state, DeliveryState::deferred);
}

TEST_F(DeliveryPipelineTest, DoublesAreDroppedForSureOnlyByTheOnlyProvider) {
  answer({Outcome::unknown, {}, {}, "timeout", "no answer"});
  plugins_.channel->trusted = {true, true};
  auto again = begin();
  EXPECT_EQ(again.state, DeliveryState::deferred);
  catalogue_.add("other");
  directory_.reload();
  auto held = begin();
  EXPECT_EQ(held.state, DeliveryState::unknown) << "the next attempt might go to the other one";
  EXPECT_TRUE(held.ask);
}

TEST_F(DeliveryPipelineTest, APausedProviderIsPassedOverAndTheReasonKept) {
  catalogue_.add("second");
  directory_.reload();
  FakePauses pauses;
  pauses.hold({{}, {}, "mail"});
  QueueGate gate(pauses, directory_);
  gate.reload();
  pipeline_.setGate(gate, [](const ClaimedDelivery&) { ADD_FAILURE() << "another one can send"; });
  const auto settled = begin();
  EXPECT_EQ(settled.provider, "second");
  EXPECT_THAT(settled.events.at(0).detail_json, HasSubstr("paused"));
}

TEST_F(DeliveryPipelineTest, WithEveryProviderPausedADeliveryGoesBackUntouched) {
  FakePauses pauses;
  pauses.hold({{}, {}, "mail"});
  QueueGate gate(pauses, directory_);
  gate.reload();
  std::vector<DeliveryId> back;
  pipeline_.setGate(gate, [&](const ClaimedDelivery& claim) { back.push_back(claim.id); });
  pipeline_.begin(claimNumber(1), loaded_, in(1h));
  EXPECT_THAT(back, ElementsAre(claimNumber(1).id));
  EXPECT_THAT(settlements_, IsEmpty());
  EXPECT_THAT(plugins_.channel->messages, IsEmpty());
}

TEST_F(DeliveryPipelineTest, AMisfireIsDecidedBeforeAnythingIsSent) {
  const datetz::SystemTimeZones zones;
  Misfires misfires(zones, {MisfirePolicy::send, 1min, "UTC"});
  pipeline_.judgeBy(misfires);
  clock_.set(claimNumber(1).due_at + 2min);
  const auto sent = begin();
  EXPECT_EQ(sent.state, DeliveryState::sent) << "late as it is";
  ASSERT_THAT(sent.events, SizeIs(3));
  EXPECT_EQ(sent.events[0].type, EventType::decision);
  EXPECT_THAT(sent.events[0].detail_json, HasSubstr(R"("value":"send")"));
  loaded_.request.misfire = MisfirePolicy::skip;
  EXPECT_EQ(begin().state, DeliveryState::skipped);
  loaded_.request.misfire = MisfirePolicy::defer;
  EXPECT_EQ(begin().state, DeliveryState::deferred);
  EXPECT_THAT(plugins_.channel->messages, SizeIs(1)) << "of the first one alone";
  loaded_.created_at = claimNumber(1).due_at;
  EXPECT_EQ(begin().state, DeliveryState::sent) << "was never scheduled";
}

}  // namespace
}  // namespace belfry::test
