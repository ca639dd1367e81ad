// Mails into Debian's aiosmtpd: what arrives, and an answer for each recipient.
#include "exchange_fixture.h"
#include "mail_sink.h"
#include "scripted_server.h"

namespace belfry::test {
namespace {

class Transaction : public ExchangeFixture {
 protected:
  void SetUp() override { startExchange(sink_.port()); }
  MailSink sink_;
};

TEST_F(Transaction, DeliversTheMessageAsItIs) {
  SmtpExchange request = mailTo(sink_.port());
  request.message = "Subject: x\r\n\r\n.starts with a dot\r\n..two\r\n.\r\nQUIT\r\nend.\r\n";
  const std::string message = request.message;
  const SmtpResult result = send(std::move(request));
  expectDelivered(result);
  EXPECT_EQ(result.data->enhanced_code, "2.0.0");
  EXPECT_EQ(result.data->text, "kept");
  EXPECT_EQ(result.remote_ip, "127.0.0.1");
  ASSERT_EQ(sink_.mails().size(), 1u);
  const ReceivedMail mail = sink_.mails()[0];
  EXPECT_EQ(mail.data, message);
  EXPECT_EQ(mail.from, "shop@example.test");
  EXPECT_EQ(mail.recipients, std::vector<std::string>{"ada@example.test"});
  EXPECT_EQ(mail.helo, "belfry.example.test");
  EXPECT_EQ(mail.peer_port, result.local_port);
}

TEST_F(Transaction, AnswersForEachRecipient) {
  SmtpExchange request = mailTo(sink_.port());
  request.recipients = {"ada@example.test", "reject-550@example.test", "defer-451@example.test", "bob@example.test"};
  const SmtpResult result = send(std::move(request));
  EXPECT_EQ(result.outcome.fate, ExchangeFate::done);
  ASSERT_EQ(result.recipients.size(), 4u);
  EXPECT_EQ(result.decisive(0)->code, 250);
  EXPECT_EQ(result.decisive(1)->code, 550);
  EXPECT_EQ(result.decisive(1)->enhanced_code, "5.1.1");
  EXPECT_EQ(result.decisive(2)->code, 451);
  EXPECT_EQ(result.decisive(3)->code, 250);
  ASSERT_EQ(sink_.mails().size(), 1u);
  EXPECT_EQ(sink_.mails()[0].recipients, (std::vector<std::string>{"ada@example.test", "bob@example.test"}));
}

TEST_F(Transaction, SendsNoMessageWhenAllRecipientsAreRefusedAndKeepsTheConnection) {
  const SmtpResult refused = send(mailTo(sink_.port(), "reject-550@example.test"));
  EXPECT_EQ(refused.outcome.fate, ExchangeFate::done);
  EXPECT_EQ(refused.decisive(0)->code, 550);
  EXPECT_FALSE(refused.data);
  const SmtpResult next = send(mailTo(sink_.port()));
  expectDelivered(next);
  EXPECT_TRUE(next.connection_reused);
  EXPECT_EQ(next.local_port, refused.local_port);
  EXPECT_EQ(sink_.mails().size(), 1u);
}

TEST_F(Transaction, ARefusedSenderDecidesForAllRecipients) {
  SmtpExchange request = mailTo(sink_.port());
  request.mail_from = "reject-553@example.test";
  const SmtpResult result = send(std::move(request));
  EXPECT_EQ(result.outcome.fate, ExchangeFate::done);
  EXPECT_EQ(result.decisive(0)->code, 553);
}

TEST_F(Transaction, ARefusedMessageIsDone) {
  const SmtpResult result = send(mailTo(sink_.port(), "data-552@example.test"));
  EXPECT_EQ(result.outcome.fate, ExchangeFate::done);
  EXPECT_EQ(result.decisive(0)->code, 552);
  EXPECT_TRUE(sink_.mails().empty());
}

TEST_F(Transaction, CarriesNonAsciiAddressesBySmtpUtf8) {
  const SmtpResult result = send(mailTo(sink_.port(),
                                        "j\xc3\xbcrgen@b\xc3\xbc"
                                        "cher.test"));
  expectDelivered(result);
  EXPECT_EQ(sink_.mails().at(0).recipients.at(0),
            "j\xc3\xbcrgen@b\xc3\xbc"
            "cher.test");
}

TEST_F(Transaction, CarriesAMessageOfManyMegabytes) {
  SmtpExchange request = mailTo(sink_.port());
  for (int i = 0; i < 50'000; ++i) request.message += "a line of a large message, number " + std::to_string(i) + "\r\n";
  const std::string message = request.message;
  expectDelivered(send(std::move(request)));
  EXPECT_TRUE(sink_.mails().at(0).data == message);
}

TEST_F(Transaction, RefusesInjectionBeforeAnythingIsSent) {
  SmtpExchange request = mailTo(sink_.port(), "ada@example.test>\r\nRCPT TO:<eve@example.test");
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::invalid,
               "recipients[0] holds CR, LF, NUL");
  EXPECT_EQ(exchange_->stats().opened, 0u);
}

class WeakServer : public ExchangeFixture {};

TEST_F(WeakServer, RefusesWhatTheServerSaysIsTooLarge) {
  MailSink sink({"--max-size", "1000"});
  startExchange(sink.port());
  SmtpExchange request = mailTo(sink.port());
  request.message += std::string(990, 'x') + "\r\n";
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::unsupported,
               "the server takes 1000 (SIZE)");
  const SmtpResult next = send(mailTo(sink.port()));
  expectDelivered(next);
  EXPECT_TRUE(next.connection_reused);
}

TEST_F(WeakServer, GetsNoEightBitMessageItDoesNotOfferToTake) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.serveWell();
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.message = "Subject: x\r\n\r\nGr\xc3\xbc\xc3\x9f\r\n";
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::unsupported, "8BITMIME");
}

TEST_F(WeakServer, OneAddressThatNeedsSmtpUtf8DoesNotHoldUpTheOthers) {
  ScriptedServer server([](Peer& peer) {
    peer.greet({"8BITMIME"});
    peer.serveWell();
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.recipients = {"j\xc3\xbcrgen@example.test", "ada@example.test"};
  const SmtpResult result = send(std::move(request));
  EXPECT_EQ(result.outcome.fate, ExchangeFate::done);
  EXPECT_EQ(result.decisive(0)->code, 553);
  EXPECT_EQ(result.decisive(0)->enhanced_code, "5.6.7");
  EXPECT_EQ(result.decisive(1)->code, 250);
}

}  // namespace
}  // namespace belfry::test
