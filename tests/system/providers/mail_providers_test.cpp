// SendGrid and SES through the real host, over TLS, against the strict simulators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPdf = "JVBERi0xLjQKJSBub3QgbXVjaAo=";
constexpr const char* kPng = "iVBORw0KGgo=";

/// Text, html with an inline image, and a file.
std::string richMail(const std::string& address, const std::string& more = "") {
  return R"({"channel":"email","recipient":{"email":")" + address +
         R"(","name":"Ada"},"content":{"subject":"Hello","text":"It rings.","html":"<p>It rings. <img src='cid:bell'></p>"},)"
         R"("attachments":[{"filename":"a.pdf","contentType":"application/pdf","base64":")" +
         kPdf + R"("},{"filename":"bell.png","contentType":"image/png","contentId":"bell","base64":")" + kPng +
         R"("}])" + more + "}";
}

class MailProviders : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }

  /// SendGrid answers `error`, and the mail becomes `status`.
  static ApiReply refusedBySendGrid(const std::string& error, const std::string& status, const std::string& address) {
    bells().providers.script(R"({"provider":"sendgrid","answers":[{"error":")" + error + R"("}]})");
    return bells().send(mailBody(address), status);
  }
};

TEST_F(MailProviders, SendGridTakesTextHtmlFileImageCategoriesAndOurIds) {
  const auto sent =
      bells().send(richMail("ada@example.test",
                            R"(,"options":{"email":{"categories":["orders","first"],"replyTo":"help@acme.example"}})"),
                   "sent");
  const auto request = lastRequest("sendgrid");
  EXPECT_NE(sent.text("/deliveries/0/providerMessageId"), "null") << sent.body;
  const auto mail = readBy(request);
  EXPECT_EQ(mail.text("/personalizations/0/to/0/email"), "ada@example.test") << mail.body;
  EXPECT_EQ(mail.text("/from/email"), "no-reply@acme.example");
  EXPECT_EQ(mail.text("/reply_to/email"), "help@acme.example");
  EXPECT_EQ(mail.text("/content/0/type"), "text/plain");
  EXPECT_EQ(mail.text("/content/1/type"), "text/html");
  EXPECT_EQ(mail.text("/categories"), R"(["orders","first"])");
  EXPECT_EQ(mail.text("/personalizations/0/custom_args/belfry_delivery"), sent.text("/deliveries/0/id"));
  EXPECT_EQ(mail.text("/personalizations/0/custom_args/belfry_attempt"), "1");
  EXPECT_EQ(mail.text("/attachments/0/content"), kPdf);
  EXPECT_EQ(mail.text("/attachments/0/disposition"), "attachment");
  EXPECT_EQ(mail.text("/attachments/1/content"), kPng);
  EXPECT_EQ(mail.text("/attachments/1/disposition"), "inline");
  EXPECT_EQ(mail.text("/attachments/1/content_id"), "bell");
}

TEST_F(MailProviders, SendGridIsReachedByItsTrueNameThroughResolve) {
  bells().send(mailBody("named@example.test"), "sent", "named");
  const auto request = lastRequest("sendgrid");
  EXPECT_EQ(request.target, "/v3/mail/send");
  EXPECT_EQ(request.headers.at("host"), "api.sendgrid.com:" + std::to_string(bells().providers.httpsPort()));
}

TEST_F(MailProviders, SendGridRefusesAMessageAndItFailsAtOnce) {
  const auto failed = refusedBySendGrid("400", "failed", "bad@example.test");
  EXPECT_EQ(failed.text("/deliveries/0/attempt"), "1");
  EXPECT_THAT(errorOf(failed), HasSubstr("Bad Request"));
}

TEST_F(MailProviders, SendGridThrottlesAndTheMailGoesOutAtTheResetTime) {
  const auto sent = refusedBySendGrid("429", "sent", "throttled@example.test");
  EXPECT_EQ(sent.text("/deliveries/0/attempt"), "2");
  EXPECT_EQ(timelineOf(sent), "accepted queued sending retry sending sent");
  EXPECT_EQ(sent.text("/deliveries/0/timeline/3/detail/outcome"), "throttled");
  const auto requests = bells().providers.requests("sendgrid", "all");
  ASSERT_EQ(requests.size(), 2u);
}

TEST_F(MailProviders, SendGridMayHaveSentAndTheMailIsHeldForAPerson) {
  for (const std::string error : {"500", "503"}) {
    const auto unknown = refusedBySendGrid(error, "unknown", "may-be-" + error + "@example.test");
    EXPECT_EQ(unknown.text("/deliveries/0/attempt"), "1");
    EXPECT_EQ(bells().count("work WHERE delivery_id = '" + unknown.text("/deliveries/0/id") + "'"), 0);
  }
  EXPECT_EQ(bells().providers.requests("sendgrid", "all").size(), 2u);
}

TEST_F(MailProviders, SendGridGoneAfterTheBodyLeftMayHaveSent) {
  bells().providers.script(R"({"provider":"sendgrid","answers":[{"close":"after_body"}]})");
  bells().send(mailBody("gone@example.test"), "unknown");
  bells().providers.script(R"({"provider":"sendgrid","answers":[{"half":true}]})");
  bells().send(mailBody("half@example.test"), "unknown");
  EXPECT_EQ(bells().providers.requests("sendgrid", "all").size(), 2u);
}

TEST_F(MailProviders, AWrongKeyIsSaidInTheProvidersOwnWords) {
  const auto failed = bells().send(mailBody("locked@example.test"), "failed", "spare");
  EXPECT_EQ(failed.text("/deliveries/0/error/code"), "http 401");
  EXPECT_THAT(errorOf(failed), HasSubstr("authorization grant is invalid"));
  EXPECT_EQ(failed.text("/deliveries/0/timeline/3/detail/outcome"), "credential") << failed.body;
  EXPECT_EQ(lastRequest("sendgrid", "refused").status, 401);
}

TEST_F(MailProviders, SesTakesASimpleMailWithItsTags) {
  const auto sent = bells().send(mailBody("ada@example.test"), "sent", "cloud");
  const auto mail = readBy(lastRequest("ses"));
  EXPECT_EQ(mail.text("/Content/Simple/Subject/Data"), "Hello") << mail.body;
  EXPECT_EQ(mail.text("/ConfigurationSetName"), "belfry");
  EXPECT_THAT(mail.text("/EmailTags"), HasSubstr(sent.text("/deliveries/0/id")));
  EXPECT_NE(sent.text("/deliveries/0/providerMessageId"), "null");
}

TEST_F(MailProviders, SesTakesFilesAsARawMail) {
  bells().send(richMail("ada@example.test"), "sent", "cloud");
  const auto mail = readBy(lastRequest("ses"));
  EXPECT_EQ(mail.at("/Content/Simple"), nullptr) << mail.body;
  EXPECT_THAT(mail.text("/Content/Raw/Data"), Not(::testing::IsEmpty()));
}

TEST_F(MailProviders, SesRefusesThrottlesAndLeavesInDoubt) {
  struct Case {
    std::string error, status, attempt;
  };
  for (const auto& one : {Case{"MessageRejected", "failed", "1"}, Case{"ThrottlingException", "sent", "2"},
                          Case{"ServiceUnavailable", "sent", "2"}, Case{"InternalFailure", "unknown", "1"}}) {
    bells().providers.script(R"({"provider":"ses","answers":[{"error":")" + one.error + R"("}]})");
    const auto done = bells().send(mailBody(one.error + "@example.test"), one.status, "cloud");
    EXPECT_EQ(done.text("/deliveries/0/attempt"), one.attempt) << done.body;
    EXPECT_THAT(done.body, HasSubstr(one.error));
  }
}

}  // namespace
}  // namespace belfry::test
