// TLS is never downgraded and always verified; credentials travel under TLS only.
#include "certificates.h"
#include "exchange_fixture.h"
#include "mail_sink.h"
#include "scripted_server.h"

namespace belfry::test {
namespace {

constexpr const char* kName = "mail.belfry.test";

const Certificates& certificates() {
  static const Certificates made(kName);
  return made;
}

class Tls : public ExchangeFixture {
 protected:
  /// `host` resolves to this machine; the test's CA is trusted if asked.
  void startFor(std::uint16_t port, bool trust_ca = true, const std::string& host = kName) {
    const std::string target = host + ':' + std::to_string(port);
    startExchange({.resolve = {target + ":127.0.0.1"},
                   .ca_file = trust_ca ? certificates().caFile() : "",
                   .allow_private_hosts = {target}});
  }
  static SmtpExchange mailOver(SmtpTls tls, std::uint16_t port, const std::string& host = kName) {
    SmtpExchange request = mailTo(port);
    request.host = host;
    request.tls = tls;
    request.allowed_hosts = {host};
    return request;
  }
};

TEST_F(Tls, StartTlsProtectsTheMail) {
  MailSink sink(certificates().sinkArguments("--starttls"));
  startFor(sink.port());
  expectDelivered(send(mailOver(SmtpTls::starttls, sink.port())));
  EXPECT_EQ(sink.mails().at(0).tls, "TLSv1.3");
}

TEST_F(Tls, SmtpsProtectsTheMailAndConnectionsAreReused) {
  MailSink sink(certificates().sinkArguments("--smtps"));
  startFor(sink.port());
  const SmtpResult first = send(mailOver(SmtpTls::tls, sink.port()));
  const SmtpResult second = send(mailOver(SmtpTls::tls, sink.port()));
  expectDelivered(first);
  expectDelivered(second);
  EXPECT_TRUE(second.connection_reused);
  EXPECT_EQ(sink.mails().at(0).tls, "TLSv1.3");
  EXPECT_EQ(sink.mails().at(0).peer_port, sink.mails().at(1).peer_port);
}

TEST_F(Tls, CarriesAMessageOfManyMegabytes) {
  MailSink sink(certificates().sinkArguments("--smtps"));
  startFor(sink.port());
  SmtpExchange request = mailOver(SmtpTls::tls, sink.port());
  for (int i = 0; i < 50'000; ++i) request.message += "a line of a large message, number " + std::to_string(i) + "\r\n";
  const std::string message = request.message;
  expectDelivered(send(std::move(request)));
  EXPECT_TRUE(sink.mails().at(0).data == message);
}

TEST_F(Tls, AServerWithoutStartTlsGetsNothing) {
  MailSink sink;
  startFor(sink.port());
  SmtpExchange request = mailOver(SmtpTls::starttls, sink.port());
  request.username = "u";
  request.password = "p";
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::tls_not_offered, "STARTTLS");
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(Tls, AServerThatRefusesStartTlsGetsNothing) {
  std::atomic<bool> went_on{false};
  ScriptedServer server([&](Peer& peer) {
    peer.greet({"STARTTLS", "AUTH PLAIN LOGIN"});
    peer.answer({"454 4.7.0 TLS not available"});
    const std::string next = peer.line();
    went_on = !next.empty() && next != "QUIT";
  });
  startFor(server.port());
  SmtpExchange request = mailOver(SmtpTls::starttls, server.port());
  request.username = "u";
  request.password = "p";
  const SmtpResult result = send(std::move(request));
  expectFailed(result, ExchangeFate::not_sent, ExchangeError::tls_not_offered, "454 4.7.0 TLS not available");
  EXPECT_FALSE(went_on);
}

// CVE-2011-0411: what is sent in plain text behind the answer to STARTTLS must not count as said under TLS.
TEST_F(Tls, PlainTextInjectedBehindStartTlsEndsTheConnection) {
  ScriptedServer server([](Peer& peer) {
    peer.greet({"STARTTLS"});
    peer.line();
    peer.send("220 go\r\n250 injected\r\n");
    peer.waitForEnd();
  });
  startFor(server.port());
  expectFailed(send(mailOver(SmtpTls::starttls, server.port())), ExchangeFate::not_sent, ExchangeError::protocol);
}

TEST_F(Tls, AnUnknownAuthorityIsRefused) {
  MailSink sink(certificates().sinkArguments("--smtps"));
  startFor(sink.port(), false);
  expectFailed(send(mailOver(SmtpTls::tls, sink.port())), ExchangeFate::not_sent, ExchangeError::tls, "certificate");
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(Tls, AnotherHostsCertificateIsRefused) {
  MailSink sink(certificates().sinkArguments("--starttls"));
  startFor(sink.port(), true, "other.belfry.test");
  expectFailed(send(mailOver(SmtpTls::starttls, sink.port(), "other.belfry.test")), ExchangeFate::not_sent,
               ExchangeError::tls, "other.belfry.test");
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(Tls, LogsInUnderTls) {
  auto arguments = certificates().sinkArguments("--starttls");
  arguments.insert(arguments.end(), {"--auth", "shop:correct horse"});
  MailSink sink(arguments);
  startFor(sink.port());
  SmtpExchange request = mailOver(SmtpTls::starttls, sink.port());
  request.username = "shop";
  request.password = "correct horse";
  expectDelivered(send(std::move(request)));
  EXPECT_EQ(sink.mails().at(0).auth_user, "shop");
}

TEST_F(Tls, AWrongPasswordIsAnAuthErrorWithTheServersReply) {
  auto arguments = certificates().sinkArguments("--smtps");
  arguments.insert(arguments.end(), {"--auth", "shop:right"});
  MailSink sink(arguments);
  startFor(sink.port());
  SmtpExchange request = mailOver(SmtpTls::tls, sink.port());
  request.username = "shop";
  request.password = "wrong-secret";
  const SmtpResult result = send(std::move(request));
  expectFailed(result, ExchangeFate::not_sent, ExchangeError::auth, "535");
  ASSERT_TRUE(result.refusal);
  EXPECT_EQ(result.refusal->code, 535);
  EXPECT_EQ(result.outcome.detail.find("wrong-secret"), std::string::npos);
}

class Login : public ExchangeFixture {
 protected:
  static SmtpExchange withLogin(SmtpExchange request) {
    request.username = "shop";
    request.password = "secret";
    return request;
  }
};

TEST_F(Login, WorksInPlainTextToLoopbackOnly) {
  MailSink sink({"--auth", "shop:secret"});
  startExchange(sink.port());
  expectDelivered(send(withLogin(mailTo(sink.port()))));
}

TEST_F(Login, NeverLeavesInPlainTextForAnotherMachine) {
  startExchange({.resolve = {"relay.test:2525:10.1.2.3"}, .allow_private_hosts = {"relay.test:2525"}});
  SmtpExchange request = withLogin(mailTo(2525));
  request.host = "relay.test";
  request.allowed_hosts = {"relay.test"};
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::invalid, "a username needs TLS");
}

TEST_F(Login, IsRequiredOnceAUserIsGiven) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.serveWell();
  });
  startExchange(server.port());
  expectFailed(send(withLogin(mailTo(server.port()))), ExchangeFate::not_sent, ExchangeError::auth,
               "does not offer AUTH");
}

TEST_F(Login, UsesPlainOrLoginOnly) {
  ScriptedServer server([](Peer& peer) {
    peer.greet({"AUTH CRAM-MD5 NTLM"});
    peer.serveWell();
  });
  startExchange(server.port());
  expectFailed(send(withLogin(mailTo(server.port()))), ExchangeFate::not_sent, ExchangeError::auth);
}

TEST_F(Login, ATemporaryRefusalIsNoCredentialError) {
  ScriptedServer server([](Peer& peer) {
    peer.greet({"AUTH PLAIN"});
    peer.answer({"454 4.7.0 directory is away"});
    peer.waitForEnd();
  });
  startExchange(server.port());
  const SmtpResult result = send(withLogin(mailTo(server.port())));
  expectFailed(result, ExchangeFate::not_sent, ExchangeError::refused, "454 4.7.0 directory is away");
  EXPECT_EQ(result.refusal->code, 454);
}

}  // namespace
}  // namespace belfry::test
