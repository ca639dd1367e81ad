// Every exchange looks at the remaining time right before it starts, wherever the operation was meanwhile: what would
// start too late ends as not_sent, and nothing leaves.
#include "send_fixture.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

class Lease : public SendFixture {
 protected:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// A message whose time ends in a moment: by its lease, or by its expiresAt.
  std::shared_ptr<OutgoingMessage> shortly(bool by_lease, const std::string& script, const std::string& then) {
    auto message = puppetMessage(script, then);
    ends_ = std::chrono::steady_clock::now() + 500ms;
    (by_lease ? message->deadline : message->begin_by) = ends_;
    return message;
  }
  void waitForTheEnd() {
    ASSERT_TRUE(waitUntil(10s, [&] { return std::chrono::steady_clock::now() >= ends_; }));
  }
  std::string detailOf(const Pending& pending) { return outcomeOf(pending).detail; }

  SteadyTime ends_;
};

TEST_F(Lease, TheFirstExchangeOfEitherProtocol) {
  for (bool by_lease : {true, false})
    for (const char* script : {"smtp wait", "http wait"}) {
      auto message = shortly(by_lease, script, "report");
      waitForTheEnd();
      auto pending = start(message);
      EXPECT_THAT(detailOf(*pending), ::testing::HasSubstr(",1,timeout")) << script;
    }
  EXPECT_EQ(exchange_.count() + exchange_.httpCount(), 0u);
}

TEST_F(Lease, TheSecondOneAfterALongFirst) {
  for (bool by_lease : {true, false})
    for (const char* second : {"smtp wait", "http wait"}) {
      const auto before = exchange_.count() + exchange_.httpCount();
      auto pending = start(shortly(by_lease, "http_get wait", second));
      const auto first = exchange_.httpCount() - 1;
      waitForTheEnd();
      exchange_.answerHttp(first, httpDone(200));
      // Its answer comes at once, and `then` begins again: each time it is refused, until the most in one operation.
      auto outcome = outcomeOf(*pending);
      EXPECT_NE(toText(outcome.outcome), "unknown") << second << ": nothing has left";
      EXPECT_EQ(exchange_.count() + exchange_.httpCount(), before + 1) << second;
    }
}

TEST_F(Lease, AfterATokenThatWasLongInComing) {
  auto pending = start(shortly(true, "token wait", "http report"));
  ASSERT_EQ(exchange_.httpCount(), 1u) << "the token's";
  waitForTheEnd();
  exchange_.answerHttp(0, httpDone(200));
  EXPECT_THAT(detailOf(*pending), ::testing::HasSubstr("token=0 in(4,0,) http=0"));
  EXPECT_EQ(exchange_.httpCount(), 1u);
}

TEST_F(Lease, APauseMayNotOutlastIt) {
  EXPECT_THAT(detailOf(*start(shortly(true, "sleep:60000 report", ""))),
              ::testing::Not(::testing::HasSubstr("sleep=0")));
  EXPECT_THAT(detailOf(*start(shortly(false, "sleep:60000 report", ""))),
              ::testing::Not(::testing::HasSubstr("sleep=0")));
}

TEST_F(Lease, OfSeveralAtOnceThoseThatAreLate) {
  auto pending = start(shortly(true, "http http_get wait", "http report"));
  ASSERT_EQ(exchange_.httpCount(), 2u);
  waitForTheEnd();
  exchange_.answerHttp(1, httpDone(200));
  EXPECT_EQ(exchange_.httpCount(), 2u) << "what the answer led to came too late";
  EXPECT_THAT(outcomeOf(*pending), EndsAs("accepted"));
}

TEST_F(Lease, TheExchangeItselfIsToldBothTimes) {
  auto message = puppetMessage("smtp http wait");
  message->begin_by = message->deadline - 10s;
  auto pending = start(message);
  EXPECT_EQ(exchange_.request(0).deadline, message->deadline);
  EXPECT_EQ(exchange_.request(0).begin_by, message->begin_by);
  EXPECT_EQ(exchange_.httpRequest(0).deadline, message->deadline);
  EXPECT_EQ(exchange_.httpRequest(0).begin_by, message->begin_by);
}

TEST_F(Lease, TheEarlierOfTheTwoCounts) {
  auto message = puppetMessage("http wait");
  message->begin_by = message->deadline + 10s;
  start(message);
  EXPECT_EQ(exchange_.httpRequest(0).begin_by, message->deadline);
}

}  // namespace
}  // namespace belfry::test
