// Mails over TLS with a password that is named by the tenant file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "system/mail/secure_sinks.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;

void expectSecureMail(const MailSink& sink, const std::string& tenant) {
  const auto& host = stage().host;
  const auto address = tenant + ".recipient@example.test";
  const auto sent = host.send(mailBody(address), tenant);
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto shown = host.waitForStatus(sent.text("/id"), "sent", tenant);
  ASSERT_EQ(shown.text("/status"), "sent") << shown.body;
  const auto lines = linesTo(sink, address);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("\"tls\": \"TLSv1."));
  EXPECT_THAT(lines[0], HasSubstr("\"auth_user\": \"belfry\""));
}

TEST(SecureMail, GoesByStartTlsWithAPasswordOfTheEnvironment) { expectSecureMail(secureSinks().starttls, "starttls"); }

TEST(SecureMail, GoesByTlsFromTheFirstByteWithAPasswordOfAFile) { expectSecureMail(secureSinks().smtps, "smtps"); }

TEST(SecureMail, IsNeverDowngraded) {
  const auto& stage = belfry::test::stage();
  const auto sent = stage.host.send(mailBody("downgraded@example.test"), "downgraded");
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto shown = stage.host.waitForStatus(sent.text("/id"), "failed", "downgraded");
  EXPECT_EQ(shown.text("/status"), "failed") << shown.body;
  EXPECT_NE(shown.text("/deliveries/0/error/detail"), "");
  EXPECT_TRUE(linesTo(stage.sink, "downgraded@example.test").empty());
  for (const auto& event : stage.sink.events()) EXPECT_THAT(event, testing::Not(HasSubstr("\"auth\"")));
}

TEST(SecureMail, SecretsAreShownByNameOnly) {
  const auto shown = stage().host.get("/api/v1/admin/providers/starttls-smtp", "starttls");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.text("/secrets"), R"(["password"])");
  EXPECT_THAT(shown.body, testing::Not(HasSubstr(kPassword)));
}

}  // namespace
}  // namespace belfry::test
