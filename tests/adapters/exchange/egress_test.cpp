// The guard in its place: whatever a host is called, what it resolves to is what counts.
#include "exchange_fixture.h"
#include "mail_sink.h"

namespace belfry::test {
namespace {

class Egress : public ExchangeFixture {
 protected:
  static SmtpExchange mailVia(const std::string& host, std::uint16_t port) {
    SmtpExchange request = mailTo(port);
    request.host = host;
    request.allowed_hosts = {host};
    return request;
  }
};

TEST_F(Egress, AHostThatIsNotListedIsNotEvenResolved) {
  startExchange(curl::CurlExchangeSettings{});
  SmtpExchange request = mailTo(25);
  request.allowed_hosts = {"smtp.example.test"};
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::egress_refused,
               "127.0.0.1:25 is not on the egress allow-list (smtp.example.test)");
  EXPECT_EQ(exchange_->stats().opened, 0u);
}

TEST_F(Egress, AnEmptyListAllowsNothing) {
  startExchange(curl::CurlExchangeSettings{});
  SmtpExchange request = mailTo(25);
  request.allowed_hosts = {};
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::egress_refused, "it is empty");
}

TEST_F(Egress, LoopbackIsRefusedInEverySpelling) {
  MailSink sink;
  startExchange(curl::CurlExchangeSettings{});
  const std::string port = std::to_string(sink.port());
  for (const char* host :
       {"127.0.0.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.1", "localhost", "::1", "::ffff:127.0.0.1"}) {
    const SmtpResult result = send(mailVia(host, sink.port()));
    expectFailed(result, ExchangeFate::not_sent, ExchangeError::egress_refused,
                 std::string(host) + ":" + port + " resolved to ");
  }
  expectFailed(send(mailVia("2130706433", sink.port())), ExchangeFate::not_sent, ExchangeError::egress_refused,
               "resolved to 127.0.0.1, which is in 127.0.0.0/8 (loopback)");
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(Egress, NamesThatPointInwardsAreRefused) {
  startExchange({.resolve = {"smtp.evil.test:25:10.1.2.3", "meta.evil.test:25:169.254.169.254",
                             "v6.evil.test:25:[fd00::1]", "any.evil.test:25:0.0.0.0"}});
  expectFailed(send(mailVia("smtp.evil.test", 25)), ExchangeFate::not_sent, ExchangeError::egress_refused,
               "smtp.evil.test:25 resolved to 10.1.2.3");
  expectFailed(send(mailVia("meta.evil.test", 25)), ExchangeFate::not_sent, ExchangeError::egress_refused,
               "169.254.169.254");
  expectFailed(send(mailVia("v6.evil.test", 25)), ExchangeFate::not_sent, ExchangeError::egress_refused, "fd00::1");
  expectFailed(send(mailVia("any.evil.test", 25)), ExchangeFate::not_sent, ExchangeError::egress_refused, "0.0.0.0");
}

TEST_F(Egress, TheListedHostAndPortIsReachedThroughResolve) {
  MailSink sink;
  const std::string target = "relay.corp.test:" + std::to_string(sink.port());
  startExchange({.resolve = {target + ":127.0.0.1"}, .allow_private_hosts = {target}});
  const SmtpResult result = send(mailVia("relay.corp.test", sink.port()));
  expectDelivered(result);
  EXPECT_EQ(result.remote_ip, "127.0.0.1");
}

TEST_F(Egress, APooledConnectionIsNoWayAroundTheAllowList) {
  MailSink sink;
  startExchange(sink.port());
  expectDelivered(send(mailTo(sink.port())));
  SmtpExchange request = mailTo(sink.port());
  request.allowed_hosts = {"127.0.0.1:1"};
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::egress_refused);
}

TEST_F(Egress, ProxiesOfTheEnvironmentAreNotUsed) {
  for (const char* name : {"all_proxy", "ALL_PROXY", "smtp_proxy", "SMTP_PROXY"}) setenv(name, "http://127.0.0.1:9", 1);
  MailSink sink;
  startExchange(sink.port());
  expectDelivered(send(mailTo(sink.port())));
  for (const char* name : {"all_proxy", "ALL_PROXY", "smtp_proxy", "SMTP_PROXY"}) unsetenv(name);
}

}  // namespace
}  // namespace belfry::test
