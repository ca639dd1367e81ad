// What a plugin hands over, right and wrong: refused with a status, never with a crash; and what a message may carry.
#include <limits>

#include "send_fixture.h"

namespace belfry::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Boundary : public SendFixture {
 protected:
  /// The puppet's notes after one verb that the host answers at once.
  std::string notes(const std::string& word) {
    auto outcome = run(word + " report");
    EXPECT_THAT(outcome, EndsAs("accepted"));
    return outcome.detail;
  }
};

TEST_F(Boundary, AMalformedTransactionIsInvalidAndNothingStarts) {
  for (const char* word :
       {"smtp_null", "smtp_small", "smtp_no_pointer", "smtp_long_host", "smtp_no_rcpts", "smtp_null_rcpts",
        "smtp_many_rcpts", "smtp_null_message", "smtp_long_body", "smtp_port", "smtp_tls", "smtp_unknown_kind",
        "smtp_unknown_xform", "smtp_null_op", "smtp_login_encoded"}) {
    EXPECT_EQ(notes(word), "smtp=" + std::to_string(BF_E_INVALID)) << word;
  }
  EXPECT_EQ(exchange_.count(), 0u);
}

TEST_F(Boundary, WhatIsNotDeclaredIsDenied) {
  for (const char* word :
       {"smtp_login_text", "smtp_login_undeclared", "smtp_login_unset", "smtp_secret_in_body", "smtp_foreign_blob"}) {
    EXPECT_EQ(notes(word), "smtp=" + std::to_string(BF_E_DENIED)) << word;
  }
  EXPECT_EQ(exchange_.count(), 0u);
}

TEST_F(Boundary, ALargerStructOfANewerPluginIsTaken) {
  EXPECT_THAT(runAnswered("smtp_large wait", "result_large", smtpDone(250)), EndsAs("accepted"));
  EXPECT_EQ(exchange_.count(), 1u);
}

TEST_F(Boundary, AResultThatIsNoneIsRefused) {
  for (const char* word : {"result_null", "result_small", "result_other_recipient", "result_no_pointer", "result:0",
                           "result:9", "result:-1"}) {
    EXPECT_EQ(notes(word), "result=" + std::to_string(BF_E_INVALID)) << word;
  }
}

TEST_F(Boundary, VerbsOfOtherKindsAreUnsupported) {
  auto unsupported = std::to_string(BF_E_UNSUPPORTED);
  EXPECT_EQ(notes("credential"), "credential=" + unsupported);
  EXPECT_EQ(notes("claims"), "claims=" + unsupported);
  EXPECT_EQ(notes("decline"), "decline=" + unsupported);
}

TEST_F(Boundary, TheArenaEndsAtItsLimit) {
  EXPECT_THAT(notes("alloc"), HasSubstr("odd=1 endless=1"));
  auto megabytes = std::stoi(notes("alloc").substr(6));
  EXPECT_GT(megabytes, 30);
  EXPECT_LE(megabytes, 64);
}

TEST_F(Boundary, ClockAndRandomComeFromTheHost) {
  EXPECT_EQ(notes("now"), "now=1");
  EXPECT_EQ(notes("random"), "random=1");
}

TEST_F(Boundary, RandomBytesToNowhereEndTheOperation) {
  auto outcome = run("random_nowhere");
  EXPECT_THAT(outcome, EndsAs("rejected_request"));
  EXPECT_EQ(outcome.code, "host_random");
}

TEST_F(Boundary, WhatAPluginSaysFitsAColumn) {
  auto outcome = run("result_dirty");
  EXPECT_THAT(outcome, EndsAs("accepted"));
  EXPECT_THAT(outcome.detail, ::testing::StartsWith("a?b\uFFFD\uFFFDxxx"));
  EXPECT_LE(outcome.detail.size(), 2010u);
  EXPECT_LE(outcome.code.size(), 210u);
  EXPECT_LE(outcome.provider_message_id.size(), 1010u);
}

TEST_F(Boundary, TheRequestCarriesWhatTheContextSays) {
  auto message = puppetMessage("smtp_timeout wait", "result");
  auto before = std::chrono::steady_clock::now();
  auto pending = start(message);
  auto request = exchange_.request(0);
  EXPECT_EQ(request.host, "mail.example.test");
  EXPECT_EQ(request.port, 25);
  EXPECT_EQ(request.tls, SmtpTls::none);
  EXPECT_EQ(request.mail_from, "shop@example.test");
  EXPECT_THAT(request.recipients, ElementsAre("ada@example.test"));
  EXPECT_EQ(request.message, "Subject: x\r\n\r\nhello\r\n");
  EXPECT_THAT(request.username, IsEmpty());
  EXPECT_THAT(request.password, IsEmpty()) << "a secret that the plugin did not ask for";
  EXPECT_THAT(request.allowed_hosts.all(), ElementsAre("mail.example.test", "relay.example.test"));
  EXPECT_EQ(request.trace.delivery, message->delivery.value);
  EXPECT_EQ(request.trace.attempt, 1);
  EXPECT_GE(request.deadline, before + 1500ms);
  EXPECT_LT(request.deadline, message->deadline) << "a plugin may ask for less time";
  exchange_.answer(0, smtpDone(250));
  EXPECT_THAT(outcomeOf(*pending), EndsAs("accepted"));
}

TEST_F(Boundary, ASecretLeavesAsThePasswordOfALoginOnly) {
  auto pending = start("smtp_login wait", "report");
  EXPECT_EQ(exchange_.request(0).username, "user");
  EXPECT_EQ(exchange_.request(0).password, "s3cret");
  EXPECT_THAT(exchange_.request(0).message, Not(HasSubstr("s3cret")));
  exchange_.answer(0, smtpDone(250));
  EXPECT_THAT(outcomeOf(*pending).detail, Not(HasSubstr("s3cret")));
}

TEST_F(Boundary, PoolsAreApartByTenantAndInstance) {
  auto other_row = puppetInstance();
  other_row.tenant = TenantId::mint(TimePoint(1s));
  auto other = channels_.create(other_row);
  ASSERT_TRUE(other);
  auto first = start("smtp wait", "result");
  (*other)->send(puppetMessage("smtp wait", "result"), [](SendOutcome) {});
  EXPECT_NE(exchange_.request(0).pool_scope, exchange_.request(1).pool_scope);
  exchange_.answer(0, smtpDone(250));
  exchange_.answer(1, smtpDone(250));
}

TEST_F(Boundary, AnAttachmentTravelsAsLinesOf76) {
  auto message = puppetMessage("smtp_base64 wait", "result");
  message->attachments = {{"a.bin", "application/octet-stream", "", std::string(100, '\0')}};
  auto pending = start(message);
  auto body = exchange_.request(0).message;
  EXPECT_EQ(body, std::string(76, 'A') + "\r\n" + std::string(58, 'A') + "==");
  exchange_.answer(0, smtpDone(250));
  EXPECT_THAT(outcomeOf(*pending), EndsAs("accepted"));
}

}  // namespace
}  // namespace belfry::test
