// Neither recipients nor message: connect, TLS, EHLO, AUTH, QUIT, and nothing more.
#include "certificates.h"
#include "exchange_fixture.h"
#include "mail_sink.h"

namespace belfry::test {
namespace {

constexpr const char* kName = "mail.belfry.test";

const Certificates& certificates() {
  static const Certificates made(kName);
  return made;
}

class LoginOnly : public ExchangeFixture {
 protected:
  void startFor(std::uint16_t port) {
    const std::string target = std::string(kName) + ':' + std::to_string(port);
    startExchange(
        {.resolve = {target + ":127.0.0.1"}, .ca_file = certificates().caFile(), .allow_private_hosts = {target}});
  }
  static std::vector<std::string> withLogin(const char* tls) {
    auto arguments = certificates().sinkArguments(tls);
    arguments.insert(arguments.end(), {"--auth", "shop:right"});
    return arguments;
  }
  static SmtpExchange mail(std::uint16_t port, const std::string& password) {
    SmtpExchange request = mailTo(port);
    request.host = kName;
    request.tls = SmtpTls::starttls;
    request.username = "shop";
    request.password = password;
    request.allowed_hosts = {kName};
    return request;
  }
  static SmtpExchange login(std::uint16_t port, const std::string& password) {
    SmtpExchange request = mail(port, password);
    request.mail_from.clear();
    request.recipients.clear();
    request.message.clear();
    return request;
  }
};

TEST_F(LoginOnly, IsDoneWhenTheServerTakesIt) {
  MailSink sink(withLogin("--starttls"));
  startFor(sink.port());
  const SmtpResult result = send(login(sink.port(), "right"));
  EXPECT_EQ(toText(result.outcome.fate), "done") << result.outcome.detail;
  EXPECT_EQ(result.remote_ip, "127.0.0.1");
  EXPECT_FALSE(result.mail);
  EXPECT_FALSE(result.data);
  EXPECT_TRUE(result.recipients.empty());
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(LoginOnly, AWrongPasswordIsRefused) {
  MailSink sink(withLogin("--starttls"));
  startFor(sink.port());
  const SmtpResult result = send(login(sink.port(), "wrong"));
  expectFailed(result, ExchangeFate::not_sent, ExchangeError::auth, "535");
  ASSERT_TRUE(result.refusal);
  EXPECT_EQ(result.refusal->code, 535);
}

TEST_F(LoginOnly, APooledConnectionProvesNothingSoAFreshOneIsMade) {
  MailSink sink(withLogin("--starttls"));
  startFor(sink.port());
  const SmtpResult sent = send(mail(sink.port(), "right"));
  expectDelivered(sent);
  const SmtpResult proven = send(login(sink.port(), "right"));
  EXPECT_EQ(toText(proven.outcome.fate), "done") << proven.outcome.detail;
  EXPECT_FALSE(proven.connection_reused);
  EXPECT_NE(proven.local_port, sent.local_port);
  expectDelivered(send(mail(sink.port(), "right")));
  EXPECT_EQ(sink.mails().size(), 2u);
}

TEST_F(LoginOnly, WithoutAUserNameTheServerIsGreeted) {
  MailSink sink;
  startExchange(sink.port());
  SmtpExchange request = mailTo(sink.port());
  request.recipients.clear();
  request.message.clear();
  EXPECT_EQ(toText(send(std::move(request)).outcome.fate), "done");
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(LoginOnly, AMessageWithoutRecipientsIsNoLogin) {
  MailSink sink;
  startExchange(sink.port());
  SmtpExchange request = mailTo(sink.port());
  request.recipients.clear();
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::invalid, "recipients is empty");
}

}  // namespace
}  // namespace belfry::test
