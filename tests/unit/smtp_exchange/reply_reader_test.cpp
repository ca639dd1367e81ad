#include <gtest/gtest.h>

#include "adapters/curl/smtp_capabilities.h"
#include "adapters/curl/smtp_reply_reader.h"

namespace belfry::curl {
namespace {

using State = SmtpReplyReader::State;

TEST(SmtpReplyReader, ReadsOneReply) {
  SmtpReplyReader reader;
  reader.append("250 2.1.5 recipient ok\r\n");
  ASSERT_EQ(reader.next(), State::reply);
  const SmtpReply reply = reader.take();
  EXPECT_EQ(reply.code, 250);
  EXPECT_EQ(reply.enhanced_code, "2.1.5");
  EXPECT_EQ(reply.text, "recipient ok");
  EXPECT_EQ(reader.next(), State::more);
  EXPECT_FALSE(reader.hasLeftover());
}

TEST(SmtpReplyReader, JoinsLinesWhateverPiecesTheyComeIn) {
  const std::string bytes = "550-5.1.1 no such\r\n550-5.1.1 person\r\n550 5.1.1 here\r\n250 next\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    SmtpReplyReader reader;
    std::vector<SmtpReply> replies;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.append(std::string_view(bytes).substr(at, piece));
      while (reader.next() == State::reply) replies.push_back(reader.take());
    }
    ASSERT_EQ(replies.size(), 2u) << piece;
    EXPECT_EQ(replies[0].code, 550);
    EXPECT_EQ(replies[0].enhanced_code, "5.1.1");
    EXPECT_EQ(replies[0].text, "no such\nperson\nhere");
    EXPECT_EQ(replies[1].text, "next");
  }
}

TEST(SmtpReplyReader, TakesACodeWithoutText) {
  SmtpReplyReader reader;
  reader.append("354\r\n250 \n");
  ASSERT_EQ(reader.next(), State::reply);
  EXPECT_EQ(reader.take().code, 354);
  ASSERT_EQ(reader.next(), State::reply);
  EXPECT_EQ(reader.take().text, "");
}

TEST(SmtpReplyReader, CallsBytesThatAreNoReplyMalformed) {
  for (const char* bytes : {"hello\r\n", "25\r\n", "150 too low\r\n", "650 too high\r\n", "2x0 no\r\n", "250_ok\r\n",
                            "250-a\r\n251 b\r\n", "\r\n"}) {
    SmtpReplyReader reader;
    reader.append(bytes);
    EXPECT_EQ(reader.next(), State::malformed) << bytes;
    reader.append("250 ok\r\n");
    EXPECT_EQ(reader.next(), State::malformed) << bytes;
  }
}

TEST(SmtpReplyReader, BoundsLinesAndReplies) {
  SmtpReplyReader endless_line;
  endless_line.append("250 " + std::string(5000, 'x'));
  EXPECT_EQ(endless_line.next(), State::malformed);

  SmtpReplyReader endless_reply;
  State state = State::more;
  int lines = 0;
  for (; state == State::more && lines < 1000; ++lines) {
    endless_reply.append("250-" + std::string(1000, 'x') + "\r\n");
    state = endless_reply.next();
  }
  EXPECT_EQ(state, State::malformed);
  EXPECT_LT(lines, 100);
}

TEST(SmtpReplyReader, MakesTextPrintable) {
  SmtpReplyReader reader;
  reader.append("550 caf\xc3\xa9 \x1b[31m\r\n");
  ASSERT_EQ(reader.next(), State::reply);
  EXPECT_EQ(reader.take().text, "caf?? ?[31m");
}

TEST(EnhancedCode, IsFoundOnlyInItsForm) {
  EXPECT_EQ(enhancedCode("5.1.1 text"), "5.1.1");
  EXPECT_EQ(enhancedCode("4.123.99"), "4.123.99");
  for (const char* text : {"", "5.1", "3.1.1 x", "5.1.1x", "5..1 x", "5.1234.1 x", "10.0.0.1 x"})
    EXPECT_EQ(enhancedCode(text), "") << text;
}

TEST(SmtpCapabilities, LearnsKeywordsInAnyCase) {
  SmtpCapabilities server;
  for (const char* line :
       {"PIPELINING", "Size 10240", "8BITMIME", "smtputf8", "DSN", "STARTTLS", "AUTH PLAIN LOGIN", "X-OTHER"})
    server.learn(line);
  EXPECT_TRUE(server.pipelining && server.size && server.eight_bit_mime && server.smtputf8 && server.dsn &&
              server.starttls && server.auth);
  EXPECT_EQ(server.max_size, 10240u);
}

TEST(SmtpCapabilities, SizeWithoutNumberMeansNoLimit) {
  SmtpCapabilities server;
  server.learn("SIZE");
  EXPECT_TRUE(server.size);
  EXPECT_EQ(server.max_size, 0u);
  EXPECT_FALSE(server.pipelining);
}

}  // namespace
}  // namespace belfry::curl
