// Waiting for final deliveries, on a clock that only the waiting moves.
#include "cli/final_wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "cli/failures.h"

namespace belfry::cli {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

ApiReply notification(const std::string& states) {
  std::string body = R"({"deliveries":[)";
  for (const char* separator = ""; const char state : states) {
    const std::string status = state == 'q' ? "queued" : state == 's' ? "sent" : state == 'd' ? "delivered" : "failed";
    body += separator + (R"({"status":")" + status + R"("})");
    separator = ",";
  }
  return {200, body + "]}", "", 0};
}

/// A host that answers in order (nullopt: away), the last answer again and again; each takes `answer_time`.
struct Script {
  std::deque<std::optional<ApiReply>> answers;
  milliseconds answer_time{0};
  SteadyTime time{};
  std::vector<milliseconds> pauses{};
  std::vector<std::string> troubles{};
  int asked = 0;

  FinalWait wait() {
    return {[this] {
              ++asked;
              time += answer_time;
              const auto answer = answers.front();
              if (answers.size() > 1) answers.pop_front();
              if (!answer) throw HostAway("away");
              return *answer;
            },
            [this] { return time; },
            [this](milliseconds pause) {
              pauses.push_back(pause);
              time += pause;
            },
            [this](const std::string& reason) { troubles.push_back(reason); }};
  }
};

TEST(FinalWait, EndsAtOnceWhenAllIsFinal) {
  Script host{{notification("sd")}};
  const auto end = waitUntilFinal(host.wait(), milliseconds(1000));
  EXPECT_TRUE(end.complete);
  EXPECT_EQ(host.asked, 1);
  EXPECT_THAT(host.pauses, IsEmpty());
}

TEST(FinalWait, AsksSoonAtFirstAndThenOnceASecond) {
  Script host{{notification("q")}};
  const auto end = waitUntilFinal(host.wait(), milliseconds(5000));
  EXPECT_FALSE(end.complete);
  EXPECT_EQ(end.reply.body, notification("q").body);
  EXPECT_THAT(host.pauses,
              ElementsAre(milliseconds(50), milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(800),
                          milliseconds(1000), milliseconds(1000), milliseconds(1000), milliseconds(450)));
}

TEST(FinalWait, CountsThePauseFromTheStartOfAQuestion) {
  Script host{{notification("q"), notification("q"), notification("s")}, milliseconds(75)};
  EXPECT_TRUE(waitUntilFinal(host.wait(), milliseconds(5000)).complete);
  EXPECT_THAT(host.pauses, ElementsAre(milliseconds(25)));  // the first question took longer than its pause
}

TEST(FinalWait, BearsAHostThatIsAwayOrBusyForAMoment) {
  Script host{{std::nullopt, ApiReply{503, "", "", 3}, ApiReply{429, "", "", 0}, notification("s")}};
  EXPECT_TRUE(waitUntilFinal(host.wait(), milliseconds(60'000)).complete);
  EXPECT_THAT(host.pauses, ElementsAre(milliseconds(50), milliseconds(3000), milliseconds(200)));
  EXPECT_THAT(host.troubles, SizeIs(1));
}

TEST(FinalWait, GivesUpOnAHostThatStaysAway) {
  Script host{{std::nullopt}};
  EXPECT_THROW(waitUntilFinal(host.wait(), milliseconds(2000)), HostAway);
  EXPECT_THAT(host.pauses, Each(Le(milliseconds(1000))));
}

TEST(FinalWait, EndsAtARefusal) {
  Script host{{notification("q"), ApiReply{404, "gone", "", 0}}};
  const auto end = waitUntilFinal(host.wait(), milliseconds(60'000));
  EXPECT_FALSE(end.complete);
  EXPECT_EQ(end.reply.status, 404);
}

TEST(Deliveries, AreFinalAndSentOnlyTogether) {
  const auto isFinalAndSent = [](const std::string& states) {
    const auto json = parseJson(notification(states).body);
    return std::pair(allFinal(*json), allSent(*json));
  };
  EXPECT_EQ(isFinalAndSent(""), std::pair(false, false));
  EXPECT_EQ(isFinalAndSent("sq"), std::pair(false, false));
  EXPECT_EQ(isFinalAndSent("sf"), std::pair(true, false));
  EXPECT_EQ(isFinalAndSent("sd"), std::pair(true, true));
}

}  // namespace
}  // namespace belfry::cli
