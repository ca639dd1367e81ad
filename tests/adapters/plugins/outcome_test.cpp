// How an operation ends, whatever the plugin does: once, with a result that is honest about what may have left.
#include "send_fixture.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

class SendOutcomes : public SendFixture {};

const SmtpResult kMaybeSent = smtpFailed(ExchangeFate::maybe_sent, ExchangeError::connection_lost);
const SmtpResult kNotSent = smtpFailed(ExchangeFate::not_sent, ExchangeError::connect);

TEST_F(SendOutcomes, EveryOutcomeArrives) {
  const char* words[] = {"accepted", "delivered", "rejected_recipient", "rejected_request", "credential", "throttled",
                         "retry",    "unknown"};
  for (int number = BF_ACCEPTED; number <= BF_UNKNOWN; ++number) {
    EXPECT_THAT(run("result:" + std::to_string(number)), EndsAs(words[number - 1]));
  }
}

TEST_F(SendOutcomes, RetryAfterArrives) {
  auto outcome = run("result_slow_down");
  EXPECT_THAT(outcome, EndsAs("throttled"));
  EXPECT_EQ(outcome.retry_after, Duration(90s));
}

TEST_F(SendOutcomes, TheFirstResultStands) {
  EXPECT_THAT(run("result:3 result:1"), EndsAs("rejected_recipient"));
  EXPECT_THAT(run("result:3 fail"), EndsAs("rejected_recipient"));
  EXPECT_THAT(run("result:3 throw"), EndsAs("rejected_recipient"));
  EXPECT_THAT(run("result:3 return:17"), EndsAs("rejected_recipient"));
  EXPECT_THAT(run("result:3 wait"), EndsAs("rejected_recipient")) << "it waits for nothing, but has said what counts";
}

TEST_F(SendOutcomes, APluginThatBreaksARuleFailsThisMessageOnly) {
  struct Case {
    const char* script;
    const char* code;
    const char* detail;
  };
  for (const auto& [script, code, detail] :
       {Case{"", "plugin_error", "ended without a result"}, Case{"fail", "puppet_failed", "on?purpose"},
        Case{"fail_no_pointer", "plugin_error", ""}, Case{"fail result:1", "puppet_failed", "on?purpose"},
        Case{"fail smtp wait", "puppet_failed", "on?purpose"}, Case{"error", "plugin_error", "returned -1"},
        Case{"return:2", "plugin_error", "returned 2"},
        Case{"return:2147483647", "plugin_error", "returned 2147483647"},
        Case{"wait", "plugin_error", "waits, but asked for nothing"},
        Case{"smtp_port wait", "plugin_error", "waits, but asked for nothing"},
        Case{"throw", "plugin_error", "threw an exception: thrown by ? the puppet"},
        Case{"throw_int", "plugin_error", "threw an exception of an unknown type"}}) {
    auto outcome = run(script);
    EXPECT_THAT(outcome, EndsAs("rejected_request")) << script;
    EXPECT_EQ(outcome.code, code) << script;
    EXPECT_THAT(outcome.detail, HasSubstr(detail)) << script;
  }
  EXPECT_EQ(exchange_.count(), 0u);
  EXPECT_THAT(run("result:1"), EndsAs("accepted")) << "the instance goes on";
}

TEST_F(SendOutcomes, WhatMayHaveBeenSentIsUnknownUnlessItWasTaken) {
  for (int number = BF_ACCEPTED; number <= BF_UNKNOWN; ++number) {
    auto outcome = runAnswered("smtp wait", "result:" + std::to_string(number), kMaybeSent);
    EXPECT_THAT(outcome, EndsAs(number == BF_ACCEPTED    ? "accepted"
                                : number == BF_DELIVERED ? "delivered"
                                                         : "unknown"))
        << number;
  }
  for (const char* then : {"", "fail", "error", "throw", "wait", "result_slow_down"}) {
    auto outcome = runAnswered("smtp wait", then, kMaybeSent);
    EXPECT_THAT(outcome, EndsAs("unknown")) << then;
    EXPECT_FALSE(outcome.retry_after) << then;
  }
}

TEST_F(SendOutcomes, ALaterExchangeDoesNotMakeItCertain) {
  int asked = 0;
  exchange_.on_start = [&](std::size_t index) { exchange_.answer(index, asked++ == 0 ? kMaybeSent : kNotSent); };
  EXPECT_THAT(run("smtp smtp wait", "result:7"), EndsAs("unknown")) << "two at once";
  asked = 0;
  EXPECT_THAT(run("smtp wait", "smtp result:7"), EndsAs("unknown")) << "one after the other";
}

TEST_F(SendOutcomes, WhatWasNotSentIsWhatThePluginSays) {
  EXPECT_THAT(runAnswered("smtp wait", "result:7", kNotSent), EndsAs("retry"));
  EXPECT_THAT(runAnswered("smtp wait", "result:5", kNotSent), EndsAs("credential"));
  EXPECT_THAT(runAnswered("smtp wait", "throw", kNotSent), EndsAs("rejected_request"));
}

TEST_F(SendOutcomes, WhatTheServerTookIsNeverSentAgain) {
  EXPECT_THAT(runAnswered("smtp wait", "result:1", smtpDone(250)), EndsAs("accepted"));
  for (const char* then : {"result:7", "result_slow_down", "result:5", "", "fail", "throw", "error", "wait"}) {
    EXPECT_THAT(runAnswered("smtp wait", then, smtpDone(250)), EndsAs("unknown")) << then;
  }
  EXPECT_THAT(runAnswered("smtp wait", "result:3", smtpDone(250)), EndsAs("rejected_recipient"))
      << "the plugin may know better";
  EXPECT_THAT(runAnswered("smtp wait", "result:7", smtpDone(451)), EndsAs("retry"));
  EXPECT_THAT(runAnswered("smtp wait", "throw", smtpRefused(550)), EndsAs("rejected_request"));
}

TEST_F(SendOutcomes, AnExchangeUnderWayAtTheEndIsUnknownAndCancelled) {
  for (const char* script : {"smtp", "smtp error", "smtp throw", "smtp fail", "smtp result:7", "smtp result:4"}) {
    auto first = exchange_.count();
    EXPECT_THAT(run(script), EndsAs("unknown")) << script;
    EXPECT_EQ(exchange_.cancelled().back(), first + 1) << script;
  }
  EXPECT_THAT(run("smtp result:1"), EndsAs("accepted"));
}

TEST_F(SendOutcomes, TheReasonSurvivesInAnUnknown) {
  auto outcome = run("smtp throw");
  EXPECT_EQ(outcome.code, "plugin_error");
  EXPECT_THAT(outcome.detail, HasSubstr("threw an exception"));
  EXPECT_EQ(run("smtp fail").code, "puppet_failed");
}

TEST_F(SendOutcomes, ALateAnswerIsDropped) {
  auto pending = start("smtp result:1");
  EXPECT_THAT(outcomeOf(*pending), EndsAs("accepted"));
  exchange_.answer(0, smtpDone(550));
  EXPECT_EQ(pending->calls.load(), 1);
}

TEST_F(SendOutcomes, AnAnswerBeforeBeginReturnedIsNotLost) {
  auto outcome = runAnswered("smtp:7 wait", "report", smtpDone(250));
  EXPECT_THAT(outcome, EndsAs("accepted"));
  EXPECT_EQ(outcome.detail, "smtp=0 in(7,0,,250)");
}

TEST_F(SendOutcomes, EveryStepSeesItsRequest) {
  auto pending = start("request smtp wait", "request report");
  exchange_.answer(0, smtpDone(250));
  EXPECT_EQ(outcomeOf(*pending).detail, "to=ada@example.test smtp=0 in(1,0,,250) to=ada@example.test");
}

TEST_F(SendOutcomes, AnExchangeThatWasStoppedAnswersAtOnce) {
  auto outcome = runAnswered("smtp wait", "report", smtpFailed(ExchangeFate::not_sent, ExchangeError::cancelled));
  EXPECT_EQ(outcome.detail, "smtp=0 in(1,1,cancelled,0)");
}

TEST_F(SendOutcomes, AnExchangeThatCannotBeStartedIsRefusedAndNotWaitedFor) {
  exchange_.on_start = [](std::size_t) { throw std::bad_alloc(); };
  EXPECT_EQ(run("smtp report").detail, "smtp=" + std::to_string(BF_E_NOMEM));
  exchange_.on_start = [](std::size_t) { throw std::runtime_error("no"); };
  EXPECT_EQ(run("smtp report").detail, "smtp=" + std::to_string(BF_E_INTERNAL));
  auto outcome = run("smtp wait");
  EXPECT_THAT(outcome, EndsAs("rejected_request"));
  EXPECT_THAT(outcome.detail, HasSubstr("waits, but asked for nothing"));
}

TEST_F(SendOutcomes, SixteenExchangesAtOnceAndNoMore) {
  std::string script;
  for (int i = 0; i < 17; ++i) script += "smtp:" + std::to_string(i) + " ";
  auto pending = start(script + "wait", "report");
  EXPECT_EQ(exchange_.count(), 16u);
  exchange_.answer(3, smtpDone(250));
  EXPECT_THAT(outcomeOf(*pending).detail, HasSubstr("smtp=3 in(3,0,,250)"));
  EXPECT_EQ(exchange_.cancelled().size(), 16u);
}

TEST_F(SendOutcomes, ThereIsAnEndToExchangesOneAfterTheOther) {
  auto outcome = runAnswered("smtp wait", "smtp wait", kNotSent);
  EXPECT_THAT(outcome, EndsAs("rejected_request"));
  EXPECT_THAT(outcome.detail, HasSubstr("waits, but asked for nothing"));
  EXPECT_EQ(exchange_.count(), 64u);
}

TEST_F(SendOutcomes, AnswersOutOfOrderReachTheirTags) {
  auto pending = start("smtp:1 smtp:2 smtp:3 wait", "wait");
  exchange_.answer(2, kNotSent);
  exchange_.answer(0, smtpDone(451));
  EXPECT_FALSE(pending->ended());
  exchange_.answer(1, kNotSent);
  EXPECT_THAT(outcomeOf(*pending).detail, HasSubstr("waits, but asked for nothing"));
}

TEST_F(SendOutcomes, NoExchangeStartsAfterTheLease) {
  auto message = puppetMessage("smtp wait", "report");
  message->deadline = std::chrono::steady_clock::now() - 1ms;
  auto outcome = outcomeOf(*start(message));
  EXPECT_EQ(outcome.detail, "smtp=0 in(1,1,timeout,0)");
  EXPECT_EQ(exchange_.count(), 0u);
}

TEST_F(SendOutcomes, ARefusedSenderCountsBeforeTheEchoOfItsRecipients) {
  auto result = smtpRefused(503);
  result.mail = SmtpReply{550, "5.1.8", "no such sender"};
  EXPECT_THAT(runAnswered("smtp wait", "report", result).detail, HasSubstr("in(1,0,,550)"));
}

TEST_F(SendOutcomes, AnInstanceLivesUntilItsLastOperationHasEnded) {
  auto pending = start("smtp wait", "result");
  instance_.reset();
  exchange_.answer(0, smtpDone(250));
  EXPECT_THAT(outcomeOf(*pending), EndsAs("accepted"));
}

TEST_F(SendOutcomes, TheCallbackMayLetGoOfTheInstance) {
  int calls = 0;
  instance_->send(puppetMessage("result:1"), [&](SendOutcome) {
    ++calls;
    instance_.reset();
  });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace belfry::test
