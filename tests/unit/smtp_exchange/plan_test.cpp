#include "adapters/curl/smtp_plan.h"

#include <gtest/gtest.h>

namespace belfry::curl {
namespace {

SmtpExchange goodExchange() {
  SmtpExchange request;
  request.host = "smtp.example.test";
  request.port = 587;
  request.helo_name = "belfry.example.test";
  request.mail_from = "shop@example.test";
  request.recipients = {"ada@example.test"};
  request.message = "Subject: x\r\n\r\nhello\r\n";
  return request;
}

SmtpPlan planned(SmtpExchange request) {
  auto plan = planSmtp(request);
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error());
  return std::move(plan).value();
}

std::string refused(SmtpExchange request) {
  auto plan = planSmtp(request);
  return plan.ok() ? "(accepted)" : plan.error();
}

TEST(SmtpPlan, WritesPlainCommandsForAPlainServer) {
  const SmtpPlan plan = planned(goodExchange());
  EXPECT_EQ(plan.mailCommand({}), "MAIL FROM:<shop@example.test>\r\n");
  EXPECT_EQ(plan.rcptCommand(0, {}), "RCPT TO:<ada@example.test>\r\n");
  EXPECT_EQ(plan.wire_message, "Subject: x\r\n\r\nhello\r\n.\r\n");
}

TEST(SmtpPlan, StuffsDotsAtLineStartsOnly) {
  SmtpExchange request = goodExchange();
  request.message = ".a\r\n..b\r\nc.d\r\n.\r\nQUIT\r\n";
  EXPECT_EQ(planned(request).wire_message, "..a\r\n...b\r\nc.d\r\n..\r\nQUIT\r\n.\r\n");
}

TEST(SmtpPlan, AcceptsTheNullSender) {
  SmtpExchange request = goodExchange();
  request.mail_from.clear();
  EXPECT_EQ(planned(request).mailCommand({}), "MAIL FROM:<>\r\n");
}

TEST(SmtpPlan, UsesWhatTheServerOffers) {
  SmtpExchange request = goodExchange();
  request.message =
      "Subject: x\r\n\r\nGr\xc3\xbc\xc3\x9f"
      "e\r\n";
  request.dsn = SmtpDsn{"id+1=2 x", {"FAILURE", "DELAY"}, true};
  const SmtpPlan plan = planned(request);
  const SmtpCapabilities server{.eight_bit_mime = true, .smtputf8 = true, .dsn = true, .size = true};
  EXPECT_EQ(plan.mailCommand(server),
            "MAIL FROM:<shop@example.test> SIZE=23 BODY=8BITMIME RET=HDRS ENVID=id+2B1+3D2+20x\r\n");
  EXPECT_EQ(plan.rcptCommand(0, server), "RCPT TO:<ada@example.test> NOTIFY=FAILURE,DELAY\r\n");
  EXPECT_EQ(plan.rcptCommand(0, {}), "RCPT TO:<ada@example.test>\r\n");
}

TEST(SmtpPlan, SaysSmtpUtf8OnlyWhenNeeded) {
  const SmtpCapabilities server{.eight_bit_mime = true, .smtputf8 = true};
  EXPECT_EQ(planned(goodExchange()).mailCommand(server).find("SMTPUTF8"), std::string::npos);
  SmtpExchange request = goodExchange();
  request.recipients.push_back("j\xc3\xbcrgen@example.test");
  EXPECT_NE(planned(request).mailCommand(server).find(" SMTPUTF8\r\n"), std::string::npos);
  EXPECT_EQ(planned(request).mailCommand({}).find("SMTPUTF8"), std::string::npos);
}

TEST(SmtpPlan, NamesWhatTheServerLacks) {
  SmtpExchange large = goodExchange();
  EXPECT_EQ(planned(large).unsupportedBy({.size = true, .max_size = 20}),
            "the message has 21 bytes, the server takes 20 (SIZE)");
  EXPECT_FALSE(planned(large).unsupportedBy({.size = true, .max_size = 21}));
  SmtpExchange body = goodExchange();
  body.message = "Subject: x\r\n\r\n\xc3\xa9\r\n";
  EXPECT_EQ(planned(body).unsupportedBy({}), "the message has 8-bit bytes and the server does not offer 8BITMIME");
  EXPECT_FALSE(planned(body).unsupportedBy({.eight_bit_mime = true}));
  SmtpExchange header = goodExchange();
  header.message = "Subject: \xc3\xa9\r\n\r\nx\r\n";
  EXPECT_EQ(planned(header).unsupportedBy({.eight_bit_mime = true}),
            "sender or header is not ASCII and the server does not offer SMTPUTF8");
}

TEST(SmtpPlan, RefusesLineEndsAndNulInEveryEnvelopeField) {
  const std::vector<std::string> pieces{"\r", "\n", "\r\nRCPT TO:<evil@example.test>", std::string(1, '\0')};
  for (const std::string& piece : pieces) {
    SmtpExchange from = goodExchange(), to = goodExchange(), helo = goodExchange(), host = goodExchange(),
                 user = goodExchange();
    from.mail_from = "shop" + piece + "@example.test";
    to.recipients.push_back("ada@example.test" + piece);
    helo.helo_name = "belfry" + piece;
    host.host += piece;
    user.username = "u" + piece;
    user.password = "p";
    EXPECT_NE(refused(from).find("mail_from holds CR, LF, NUL"), std::string::npos) << refused(from);
    EXPECT_NE(refused(to).find("recipients[1] holds CR, LF, NUL"), std::string::npos) << refused(to);
    EXPECT_NE(refused(helo).find("helo_name is neither"), std::string::npos) << refused(helo);
    EXPECT_NE(refused(host).find("host '(control characters)' is neither"), std::string::npos) << refused(host);
    EXPECT_NE(refused(user).find("username holds CR, LF, NUL"), std::string::npos) << refused(user);
  }
}

TEST(SmtpPlan, RefusesNulInThePassword) {
  SmtpExchange request = goodExchange();
  request.username = "u";
  request.password = std::string("p\0q", 3);
  EXPECT_EQ(refused(request), "password holds NUL");
}

TEST(SmtpPlan, RefusesCredentialsThatNoServerTakes) {
  SmtpExchange user = goodExchange(), password = goodExchange(), alone = goodExchange();
  user.username = std::string(1025, 'u');
  password.username = "u";
  password.password = std::string(8193, 'p');
  alone.password = "p";
  EXPECT_EQ(refused(user), "username is longer than 1024 bytes or password than 8192");
  EXPECT_EQ(refused(password), "username is longer than 1024 bytes or password than 8192");
  EXPECT_EQ(refused(alone), "password is given without a username");
}

TEST(SmtpPlan, RefusesAddressesThatAreNone) {
  for (const char* address :
       {"", "ada", "@example.test", "ada@", "a b@example.test", "<ada@example.test>", "ada@exam ple.test",
        "a@b@example.test", "ada@example..test", "ada@[1.2.3.4", "\"a\"b\"@example.test", "\"a\\\"@example.test",
        "\"a> SIZE=1\"@example.test", "\xff@example.test", "a,b@example.test"}) {
    SmtpExchange request = goodExchange();
    request.recipients = {address};
    EXPECT_NE(refused(request).find("recipients[0] "), std::string::npos) << address << ": " << refused(request);
  }
}

TEST(SmtpPlan, AcceptsUnusualButValidAddresses) {
  for (const char* address :
       {"ada+tag@example.test", "\"a b\"@example.test", "\"a@b\"@example.test", "a..b.@docomo.test",
        "o'neil!#$%&*/=?^_`{|}~-@example.test", "x@[192.0.2.1]", "x@[IPv6:2001:db8::1]",
        "j\xc3\xbcrgen@b\xc3\xbc"
        "cher.test"}) {
    SmtpExchange request = goodExchange();
    request.recipients = {address};
    EXPECT_EQ(refused(request), "(accepted)") << address;
  }
}

TEST(SmtpPlan, RefusesMessagesWhoseEndServersDisagreeAbout) {
  for (const std::string& body :
       {std::string("a\n.\r\nb\r\n"), std::string("a\r\n.\rb\r\n"), std::string("a\n.\nMAIL FROM:<x@y>\r\n"),
        std::string("a\r\r\n"), std::string("\nb\r\n")}) {
    SmtpExchange request = goodExchange();
    request.message = "Subject: x\r\n\r\n" + body;
    EXPECT_NE(refused(request).find("line end other than CRLF at byte "), std::string::npos) << refused(request);
  }
  SmtpExchange open = goodExchange(), nul = goodExchange(), empty = goodExchange();
  open.message += "no end";
  nul.message.insert(3, 1, '\0');
  empty.message.clear();
  EXPECT_EQ(refused(open), "message does not end with CRLF");
  EXPECT_EQ(refused(nul), "message holds NUL");
  EXPECT_EQ(refused(empty), "message does not end with CRLF");
}

TEST(SmtpPlan, RefusesServersThatAreNone) {
  for (const char* host :
       {"", "a b", "user@host", "host/path", "host:25", "[::1]", "h\xc3\xb6st.test", "host?x", "host#x", "ho%73t"}) {
    SmtpExchange request = goodExchange();
    request.host = host;
    EXPECT_EQ(refused(request).find("host "), 0u) << host << ": " << refused(request);
  }
  SmtpExchange port = goodExchange();
  port.port = 0;
  EXPECT_EQ(refused(port), "port is 0; allowed: 1 to 65535");
  SmtpExchange v6 = goodExchange();
  v6.host = "2001:4860::8888";
  EXPECT_EQ(refused(v6), "(accepted)");
}

TEST(SmtpPlan, RefusesBadDsn) {
  SmtpExchange notify = goodExchange(), id = goodExchange();
  notify.dsn = SmtpDsn{"", {"NEVER", "DELAY"}, false};
  id.dsn = SmtpDsn{"a\r\nb", {}, false};
  EXPECT_EQ(refused(notify), "dsn.notify is neither NEVER nor any of SUCCESS, FAILURE, DELAY");
  EXPECT_EQ(refused(id), "dsn.envelope_id is longer than 100 characters or not printable ASCII");
}

TEST(SmtpPlan, RefusesNoRecipients) {
  SmtpExchange request = goodExchange();
  request.recipients.clear();
  EXPECT_EQ(refused(request), "recipients is empty");
}

TEST(SmtpPlan, FillsAnEmptyHeloName) {
  SmtpExchange request = goodExchange();
  request.helo_name.clear();
  ASSERT_TRUE(planSmtp(request).ok());
  EXPECT_FALSE(request.helo_name.empty());
}

}  // namespace
}  // namespace belfry::curl
