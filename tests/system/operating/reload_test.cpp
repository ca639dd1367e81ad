// SIGHUP: files are read again; what is broken changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;

std::string tenantSendingAs(const std::string& name) {
  return "tenant: changing\nproviders:\n  - id: changing-smtp\n    plugin: smtp\n    channel: email\n    config: "
         "{host: 127.0.0.1, port: " +
         std::to_string(stage().sink.port()) + ", tls: none, from: \"" + name + " <no-reply@changing.example>\"}\n";
}

std::string senderOf(const std::string& address) {
  const auto sent = stage().host.send(mailBody(address), "changing");
  EXPECT_EQ(sent.status, 202) << sent.body;
  return mailTo(stage().sink, address).header("from");
}

TEST(Reload, AppliesAChangedTenantFileAndLeavesItAtABrokenOne) {
  auto& host = stage().host;
  host.writeTenant("changing", tenantSendingAs("First"));
  ASSERT_TRUE(host.reload()) << host.output();
  EXPECT_EQ(senderOf("first@example.test"), "First <no-reply@changing.example>");

  host.writeTenant("changing", tenantSendingAs("Second"));
  ASSERT_TRUE(host.reload());
  EXPECT_EQ(senderOf("second@example.test"), "Second <no-reply@changing.example>");

  host.writeTenant("changing",
                   "tenant: changing\nproviders:\n  - {id: changing-smtp, plugin: smtp, channel: email, config: {host: "
                   "127.0.0.1, port: 99999}}\n");
  ASSERT_TRUE(host.reload());
  EXPECT_EQ(senderOf("third@example.test"), "Second <no-reply@changing.example>");
  EXPECT_THAT(host.output(), HasSubstr("changing.yaml:3"));

  host.writeTenant("changing", tenantSendingAs("Fourth"));
  ASSERT_TRUE(host.reload());
  EXPECT_EQ(senderOf("fourth@example.test"), "Fourth <no-reply@changing.example>");
}

TEST(Reload, DisabledProvidersNoLongerSend) {
  auto& host = stage().host;
  const auto file = [&](const char* enabled) {
    return "tenant: switched\nproviders:\n  - {id: one, plugin: smtp, channel: email, enabled: " +
           std::string(enabled) + ", config: {host: 127.0.0.1, port: " + std::to_string(stage().sink.port()) +
           ", tls: none, from: a@switched.example}}\n";
  };
  host.writeTenant("switched", file("true"));
  ASSERT_TRUE(host.reload());
  EXPECT_EQ(host.send(mailBody("on@example.test"), "switched").status, 202);
  host.writeTenant("switched", file("false"));
  ASSERT_TRUE(host.reload());
  const auto refused = host.send(mailBody("off@example.test"), "switched");
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(refused.text("/errors/0/pointer"), "/channel");
}

TEST(Reload, ATemplateFileBecomesItsNextVersion) {
  auto& host = stage().host;
  const auto file = [](const std::string& words) {
    return "key: changing\nengine: mustache\nlanguage: en\ncontent: {email: {subject: x, text: \"" + words + "\"}}\n";
  };
  const auto sendAndRead = [&](const std::string& address) {
    const auto sent =
        stage().send(R"({"channel":"email","recipient":{"email":")" + address + R"("},"template":{"key":"changing"}})");
    EXPECT_EQ(sent.status, 202) << sent.body;
    return mailTo(stage().sink, address).text("/parts/0/text");
  };
  host.writeTemplate("acme/changing", file("Old words."));
  ASSERT_TRUE(host.reload());
  EXPECT_THAT(sendAndRead("old.words@example.test"), HasSubstr("Old words."));
  host.writeTemplate("acme/changing", file("New words."));
  ASSERT_TRUE(host.reload());
  EXPECT_THAT(sendAndRead("new.words@example.test"), HasSubstr("New words."));
  EXPECT_EQ(host.get("/api/v1/admin/templates/changing", "acme").text("/publishedVersion"), "2");
  ASSERT_TRUE(host.reload());
  EXPECT_EQ(host.get("/api/v1/admin/templates/changing", "acme").text("/publishedVersion"), "2")
      << "unchanged is not changed";
}

}  // namespace
}  // namespace belfry::test
