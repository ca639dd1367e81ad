// The quickstart does what it shows: an e-mail by SMTP for real, an SMS by a simulated Twilio, an in-app item read back
// by its user, an e-mail by a simulated SendGrid, and the timelines of all four.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Run {
  int code = -1;
  std::string output;
  std::string complaints;
};

Run quickstart(const std::filesystem::path& data) {
  const auto source = std::filesystem::path(std::getenv("BELFRY_SOURCE_DIR"));
  ChildProcess child(
      {.args = {source / "packaging/quickstart", "--once", "--build-dir", std::getenv("BELFRY_BUILD_DIR"), "--port",
                std::to_string(freePort()), "--data-dir", data}});
  const auto exit = child.waitForExit(120s);
  return {exit ? exit->code : -1, child.standardOutput(), child.standardError()};
}

/// From the heading that begins so to the next one.
std::string section(const std::string& output, const std::string& heading) {
  const auto begin = output.find("\n== " + heading);
  if (begin == std::string::npos) return "";
  return output.substr(begin, output.find("\n== ", begin + 1) - begin);
}

/// Each delivery with its timeline: "CHANNEL ID  STATUS, …" and the table below it.
std::vector<std::string> timelines(const std::string& text) {
  static const std::regex head(R"(\n(email|sms|inapp) [0-9a-f-]{36}  )");
  std::vector<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), head); at != std::sregex_iterator(); ++at) {
    const auto begin = static_cast<std::size_t>(at->position()) + 1;
    found.push_back(text.substr(begin, text.find("\n\n", begin) - begin));
  }
  return found;
}

auto isTimeline(const char* channel, const char* state, const char* provider, bool simulated) {
  const std::string end = std::string(state) + " ";
  return AllOf(::testing::StartsWith(channel), HasSubstr("accepted"), HasSubstr("queued"), HasSubstr("sending"),
               HasSubstr(end), HasSubstr(std::string("by ") + provider),
               simulated ? ::testing::Matcher<std::string>(HasSubstr("simulated=yes"))
                         : ::testing::Matcher<std::string>(Not(HasSubstr("simulated=yes"))));
}

void expectAllFour(const Run& run) {
  ASSERT_EQ(run.code, 0) << run.output << run.complaints;
  EXPECT_THAT(section(run.output, "What the SMTP server received"),
              AllOf(HasSubstr("Subject: Your order A-1042 is confirmed"), HasSubstr("2 x Rope")));
  EXPECT_THAT(section(run.output, "What user_001 finds in the inbox"),
              AllOf(HasSubstr("Order A-1042 is confirmed"), HasSubstr("unread"), HasSubstr("orders")));
  EXPECT_THAT(
      timelines(section(run.output, "What became of each: four timelines")),
      ElementsAre(isTimeline("email", "sent", "demo-smtp", false), isTimeline("sms", "sent", "demo-twilio", true),
                  isTimeline("inapp", "delivered", "demo-inbox", false),
                  isTimeline("email", "sent", "demo-sendgrid", true)));
  EXPECT_THAT(section(run.output, "Why the second one went as it did"),
              AllOf(HasSubstr("took demo-sendgrid"), HasSubstr("left demo-smtp")));
}

TEST(Quickstart, ShowsAllFourTimelinesAndSoAgainOnTheSameData) {
  const TemporaryDirectory data;
  expectAllFour(quickstart(data.path()));
  expectAllFour(quickstart(data.path()));  // the provider that the API made is there already
}

TEST(Quickstart, EndsWithAFailureWhenThereIsNothingToRun) {
  const TemporaryDirectory empty;
  ChildProcess child({.args = {std::filesystem::path(std::getenv("BELFRY_SOURCE_DIR")) / "packaging/quickstart",
                               "--once", "--build-dir", empty.path(), "--data-dir", empty.path()}});
  const auto exit = child.waitForExit(30s);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->code, 1);
  EXPECT_THAT(child.standardError(), HasSubstr("bin/belfryd is not there"));
}

}  // namespace
}  // namespace belfry::test
