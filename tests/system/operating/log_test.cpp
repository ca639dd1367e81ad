// What all the cases of this program made the host log, at level debug: JSON, without addresses, keys and secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "system/stage.h"

namespace belfry::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

void expectCleanLine(const std::string& line, const std::string& key) {
  const auto parsed = parseJson(line);
  ASSERT_TRUE(parsed) << "not JSON: " << line;
  for (const auto* member : {"time", "level", "event"}) EXPECT_TRUE(parsed->HasMember(member)) << line;
  EXPECT_THAT(line, Not(ContainsRegex("[A-Za-z0-9.+-]{2,}@example\\.test"))) << "an address";
  EXPECT_THAT(line, Not(HasSubstr(key.substr(key.rfind('_') + 1)))) << "the admin key's secret";
  EXPECT_THAT(line, Not(HasSubstr("a-very-secret-password")));
  EXPECT_THAT(line, Not(HasSubstr("It rings."))) << "a mail's words";
}

class LogCheck : public testing::Environment {
 public:
  void TearDown() override {
    const auto key = stage().host.adminKey();
    const auto lines = stage().host.logs();
    EXPECT_GT(lines.size(), 10u);
    for (const auto& line : lines) expectCleanLine(line, key);
  }
};

[[maybe_unused]] testing::Environment* const kLogCheck = testing::AddGlobalTestEnvironment(new LogCheck);

TEST(Log, SaysWhyMailsFailWithoutSayingToWhom) {
  const auto& stage = belfry::test::stage();
  const auto bounced = stage.sendAndWait(mailBody("reject-550+in.the.log@example.test"), "bounced");
  EXPECT_EQ(bounced.text("/status"), "bounced");
  EXPECT_EQ(stage.sendAndWait(mailBody("defer-451+in.the.log@example.test"), "failed").text("/status"), "failed");
  EXPECT_THAT(stage.host.output(), HasSubstr(R"("event":"http request")"));
}

}  // namespace
}  // namespace belfry::test
