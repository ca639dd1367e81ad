#include "adapters/curl/smtp_dialogue.h"

#include <gtest/gtest.h>

namespace belfry::curl {
namespace {

using End = SmtpDialogue::End;

class Dialogue : public ::testing::Test {
 protected:
  SmtpDialogue& begin(const SmtpCapabilities& server = {}, bool reset_first = false) {
    dialogue_.emplace(plan_, server, reset_first);
    return *dialogue_;
  }
  std::string written() {
    std::string bytes(dialogue_->output());
    dialogue_->wrote(bytes.size());
    return bytes;
  }
  void reply(int code, const std::string& text = "text") { dialogue_->onReply({code, "", text}); }
  /// Up to the moment where the message is to be written.
  void untilMessage() {
    begin(kPipelining);
    written();
    for (int code : {250, 250, 250}) reply(code);
    written();
    reply(354);
  }
  SmtpResult result() {
    SmtpResult filled;
    dialogue_->fill(filled);
    return filled;
  }

  static constexpr SmtpCapabilities kPipelining{.pipelining = true};
  SmtpPlan plan_{.mail_from = "s@x", .recipients = {"a@x", "b@x"}, .wire_message = "Hi\r\n.\r\n", .message_size = 4};
  std::optional<SmtpDialogue> dialogue_;
};

TEST_F(Dialogue, AsksOneCommandAtATimeWithoutPipelining) {
  begin();
  EXPECT_EQ(written(), "MAIL FROM:<s@x>\r\n");
  EXPECT_EQ(written(), "");
  reply(250);
  EXPECT_EQ(written(), "RCPT TO:<a@x>\r\n");
  reply(250);
  EXPECT_EQ(written(), "RCPT TO:<b@x>\r\n");
  reply(250);
  EXPECT_EQ(written(), "DATA\r\n");
  reply(354);
  EXPECT_EQ(written(), "Hi\r\n.\r\n");
  reply(250, "kept");
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_TRUE(dialogue_->connectionUsable());
  EXPECT_FALSE(dialogue_->needsReset());
  EXPECT_EQ(result().decisive(0)->text, "kept");
}

TEST_F(Dialogue, WritesTheEnvelopeInOnePieceWithPipelining) {
  begin(kPipelining);
  EXPECT_EQ(written(), "MAIL FROM:<s@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n");
}

TEST_F(Dialogue, ResetsFirstWhenTheConnectionHasAnOpenTransaction) {
  begin(kPipelining, true);
  EXPECT_EQ(written(), "RSET\r\nMAIL FROM:<s@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n");
  reply(250);
  reply(250);
  EXPECT_FALSE(dialogue_->dataAsked());
  EXPECT_EQ(dialogue_->end(), End::open);
}

TEST_F(Dialogue, KeepsAnAnswerForEachRecipient) {
  begin(kPipelining);
  written();
  reply(250);
  reply(550, "nobody");
  reply(250);
  EXPECT_EQ(written(), "DATA\r\n");
  reply(354);
  written();
  reply(250, "kept");
  EXPECT_EQ(result().decisive(0)->text, "nobody");
  EXPECT_EQ(result().decisive(1)->text, "kept");
}

TEST_F(Dialogue, NeverAsksForDataWhenAllRecipientsAreRefused) {
  begin(kPipelining);
  written();
  reply(250);
  reply(550);
  reply(451);
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_EQ(written(), "");
  EXPECT_TRUE(dialogue_->connectionUsable());
  EXPECT_TRUE(dialogue_->needsReset());
  EXPECT_EQ(result().decisive(1)->code, 451);
}

TEST_F(Dialogue, ARefusedSenderDecidesForAll) {
  begin();
  written();
  reply(451, "later");
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_FALSE(dialogue_->needsReset());
  EXPECT_EQ(result().decisive(1)->text, "later");
}

TEST_F(Dialogue, ReadsAllPipelinedAnswersAfterARefusedSender) {
  begin(kPipelining);
  written();
  reply(550, "sender");
  EXPECT_EQ(dialogue_->end(), End::open);
  reply(503);
  reply(503);
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_EQ(result().decisive(0)->text, "sender");
  EXPECT_EQ(result().recipients[0].code, 0);
}

TEST_F(Dialogue, ARefusedDataCommandDecides) {
  begin(kPipelining);
  written();
  for (int code : {250, 250, 250}) reply(code);
  written();
  reply(451, "busy");
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_TRUE(dialogue_->needsReset());
  EXPECT_FALSE(dialogue_->mayHaveDelivered());
  EXPECT_EQ(result().decisive(0)->text, "busy");
}

TEST_F(Dialogue, MayHaveDeliveredFromTheFinalDotOn) {
  untilMessage();
  const std::size_t size = plan_.wire_message.size();
  EXPECT_FALSE(dialogue_->mayHaveDelivered());
  dialogue_->wrote(size - 3);
  EXPECT_FALSE(dialogue_->mayHaveDelivered());
  dialogue_->wrote(1);
  EXPECT_TRUE(dialogue_->mayHaveDelivered());
  dialogue_->wrote(2);
  EXPECT_TRUE(dialogue_->mayHaveDelivered());
  EXPECT_EQ(dialogue_->stepName(), "the final dot");
}

TEST_F(Dialogue, OffersTheSameBytesAtTheSamePlaceUntilTheyAreWritten) {
  untilMessage();
  const char* place = dialogue_->output().data();
  EXPECT_EQ(dialogue_->output().data(), place);
  dialogue_->wrote(1);
  EXPECT_EQ(dialogue_->output().data(), place + 1);
}

TEST_F(Dialogue, ARefusalInTheMiddleOfTheMessageIsDefinite) {
  untilMessage();
  dialogue_->wrote(2);
  reply(552, "too much");
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_FALSE(dialogue_->connectionUsable());
  EXPECT_EQ(result().decisive(0)->text, "too much");
}

TEST_F(Dialogue, AnAcceptanceInTheMiddleOfTheMessageIsNoAnswer) {
  untilMessage();
  dialogue_->wrote(2);
  reply(250);
  EXPECT_EQ(dialogue_->end(), End::broken);
  EXPECT_FALSE(dialogue_->mayHaveDelivered());
}

TEST_F(Dialogue, AnUnknownAnswerToTheFinalDotIsBrokenAndMayHaveDelivered) {
  untilMessage();
  written();
  reply(354);
  EXPECT_EQ(dialogue_->end(), End::broken);
  EXPECT_TRUE(dialogue_->mayHaveDelivered());
}

TEST_F(Dialogue, ClosingBeforeDataDecidesNothing) {
  begin(kPipelining);
  written();
  reply(250);
  reply(250);
  reply(421, "timeout");
  EXPECT_EQ(dialogue_->end(), End::closing);
  EXPECT_EQ(dialogue_->closingReply()->text, "timeout");
  EXPECT_EQ(result().decisive(0), nullptr);
}

TEST_F(Dialogue, ClosingAtTheFinalDotIsADefiniteRefusal) {
  untilMessage();
  written();
  reply(421);
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_FALSE(dialogue_->connectionUsable());
  EXPECT_EQ(result().decisive(0)->code, 421);
}

TEST_F(Dialogue, RepliesThatNothingAskedForBreakIt) {
  begin();
  written();
  reply(250);
  EXPECT_EQ(dialogue_->end(), End::open);
  begin(kPipelining);
  written();
  for (int code : {250, 250, 250}) reply(code);
  reply(354);  // DATA is not written yet
  EXPECT_EQ(dialogue_->end(), End::broken);
}

TEST_F(Dialogue, ServesTheOthersWhenOneAddressNeedsSmtpUtf8) {
  plan_.recipients = {"j\xc3\xbc@x", "b@x"};
  begin(kPipelining);
  EXPECT_EQ(written(), "MAIL FROM:<s@x>\r\nRCPT TO:<b@x>\r\n");
  reply(250);
  reply(250);
  written();
  reply(354);
  written();
  reply(250);
  EXPECT_EQ(result().decisive(0)->code, 553);
  EXPECT_EQ(result().decisive(0)->enhanced_code, "5.6.7");
  EXPECT_EQ(result().decisive(1)->code, 250);
}

TEST_F(Dialogue, SaysNothingWhenNoAddressCanBeAsked) {
  plan_.recipients = {"j\xc3\xbc@x"};
  begin(kPipelining);
  EXPECT_EQ(written(), "");
  EXPECT_EQ(dialogue_->end(), End::answered);
  EXPECT_EQ(result().decisive(0)->code, 553);
}

}  // namespace
}  // namespace belfry::curl
