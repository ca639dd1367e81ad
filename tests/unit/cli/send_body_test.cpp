// The body that `belfry send` makes of its options.
#include "cli/commands/send_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/commands/send.h"
#include "cli/failures.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;

std::string bodyOf(const std::vector<std::string>& words, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  const Console console(in, out, out, [](const char*) { return std::nullopt; });
  return sendBodyJson(parseInvocation(sendCommand(), words), console);
}

std::string refusal(const std::vector<std::string>& words, const std::string& input = "") {
  try {
    return "accepted: " + bodyOf(words, input);
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(SendBody, OfATemplate) {
  EXPECT_EQ(
      bodyOf({"--channel", "email", "--to", "ada@example.test", "--name", "Ada", "--template", "order-confirmed",
              "--version", "3", "--language", "es", "--data", R"({"orderId": 1})", "--priority", "high", "--metadata",
              R"({"a":[]})"}),
      R"({"channels":["email"],"recipient":{"email":"ada@example.test","name":"Ada"},)"
      R"("template":{"key":"order-confirmed","version":3,"language":"es"},"data":{"orderId": 1},"metadata":{"a":[]},"priority":"high"})");
}

TEST(SendBody, OfContent) {
  EXPECT_EQ(bodyOf({"--channel=email", "--to=a@b.test", "--subject=Hi \"you\"", "--text=@ada: hello", "--html=@-"},
                   "<p>\nHi</p>\n"),
            R"({"channels":["email"],"recipient":{"email":"a@b.test"},)"
            R"("content":{"subject":"Hi \"you\"","text":"@ada: hello","html":"<p>\nHi</p>\n"}})");
}

TEST(SendBody, OfTimes) {
  EXPECT_THAT(bodyOf({"--channel=email", "--to=a@b.test", "--text=x", "--send-at=2026-12-01T09:00:00Z",
                      "--expires-at=2026-12-02T00:00:00Z", "--dry-run"}),
              HasSubstr(R"("sendAt":"2026-12-01T09:00:00Z","expiresAt":"2026-12-02T00:00:00Z","dryRun":true})"));
  EXPECT_THAT(bodyOf({"--channel=email", "--to=a@b.test", "--text=x", "--delay=PT10M"}),
              HasSubstr(R"("delay":"PT10M"})"));
  EXPECT_THAT(bodyOf({"--channel=email", "--to=a@b.test", "--text=x", "--send-at-local=2026-12-01T09:00",
                      "--timezone=Europe/Madrid", "--misfire=skip"}),
              HasSubstr(R"("sendAtLocal":"2026-12-01T09:00","timezone":"Europe/Madrid","misfire":"skip"})"));
}

TEST(SendBody, PutsEachAddressWhereItsChannelLooks) {
  const auto recipientOf = [](const std::string& channel) {
    const auto body = bodyOf({"--channel", channel, "--to", "X", "--text", "t"});
    const auto from = body.find("\"recipient\":") + 12;
    return body.substr(from, body.find(",\"content\"") - from);
  };
  EXPECT_EQ(recipientOf("email"), R"({"email":"X"})");
  EXPECT_EQ(recipientOf("sms"), R"({"phone":"X"})");
  EXPECT_EQ(recipientOf("whatsapp"), R"({"phone":"X"})");
  EXPECT_EQ(recipientOf("push"), R"({"deviceTokens":[{"token":"X"}]})");
  EXPECT_EQ(recipientOf("inapp"), R"({"userId":"X"})");
}

TEST(SendBody, OfSeveralChannels) {
  EXPECT_EQ(
      bodyOf({"--channel", "email,fcm", "--to", "a@b.test", "--to", "t1", "--user", "u", "--text", "x"}),
      R"({"channels":["email","push"],"recipient":{"deviceTokens":[{"token":"t1"}],"email":"a@b.test","userId":"u"},)"
      R"("content":{"text":"x"}})");
}

TEST(WrongSend, IsRefusedBeforeTheHostIsAsked) {
  EXPECT_EQ(refusal({"--to", "x"}), "--channel is missing; allowed: email, sms, push, whatsapp, inapp, slack, webhook");
  EXPECT_THAT(refusal({"--channel", "fax", "--to", "x"}),
              HasSubstr("--channel: 'fax' is no channel; allowed: email, sms"));
  EXPECT_THAT(refusal({"--channel", "email", "--text", "x"}), HasSubstr("--to is missing"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "a", "--to", "b", "--text", "x"}),
              HasSubstr("--to is given 2 times"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x"}),
              HasSubstr("nothing to send; allowed: --template, or --subject"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--template", "t", "--text", "x"}),
              HasSubstr("--template and --text exclude"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--text", "x", "--version", "2"}),
              HasSubstr("--version needs --template"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--template", "t", "--version", "0"}),
              HasSubstr("an integer from 1 to"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--text", "x", "--wait", "--dry-run"}),
              HasSubstr("--wait and --dry-run"));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--text", "x", "--timeout", "3"}),
              HasSubstr("--timeout needs --wait"));
}

TEST(WrongSend, JsonIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--template", "t", "--data", "@-"}, "{\n  \"a\": nope}"),
              HasSubstr("--data: is not JSON at line 2, column "));
  EXPECT_THAT(refusal({"--channel", "email", "--to", "x", "--template", "t", "--metadata", "{"}),
              HasSubstr("--metadata: is not JSON"));
}

}  // namespace
}  // namespace belfry::cli
