#include <belfry/mime.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "mail_reader.h"

namespace belfry {
namespace {

using ::testing::HasSubstr;

constexpr const char* kId = "01936b2e-7d40-7000-8000-0000000000a1";
const Mailbox kFrom{"Acme", "no-reply@acme.example"};
const Mailbox kTo{"Ada", "ada@example.test"};

MimeMessage message() { return MimeMessage(kId, 1790000000000).from(kFrom).to(kTo); }

std::string written(MimeMessage mail) {
  Rope rope;
  std::string error;
  EXPECT_TRUE(mail.write(rope, error)) << error;
  return reader::flatten(rope);
}

std::string refusal(MimeMessage mail) {
  Rope rope;
  std::string error;
  EXPECT_FALSE(mail.write(rope, error));
  EXPECT_TRUE(rope.segments().empty());
  return error;
}

/// RFC 5321 §4.5.3.1.6 and RFC 5322 §2.1.1: CRLF only as a pair, and no line over 998.
void expectSendableLines(const std::string& text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      ASSERT_EQ(text[i + 1], '\n') << "CR alone at " << i;
    }
    if (text[i] == '\n') {
      ASSERT_EQ(text[i - 1], '\r') << "LF alone at " << i;
    }
    ASSERT_LT(static_cast<unsigned char>(text[i]), 0x7f) << "8-bit or DEL at " << i;
    length = text[i] == '\n' ? 0 : length + 1;
    ASSERT_LE(length, 999u) << "line too long at " << i;
  }
  ASSERT_EQ(text.substr(text.size() - 2), "\r\n");
  ASSERT_EQ(text.find("\nFrom "), std::string::npos) << "mailbox files would change this line";
}

TEST(Mime, SameInputGivesSameBytes) {
  const auto once = written(message().subject("Hi ✓").text("a").html("<b>a</b>"));
  EXPECT_EQ(once, written(message().subject("Hi ✓").text("a").html("<b>a</b>")));
}

TEST(Mime, MessageIdComesFromDeliveryAndSender) {
  const auto part = reader::parsePart(written(message().subject("Hi").text("x")));
  EXPECT_EQ(part.fields.at("Message-ID"), std::string("<") + kId + "@acme.example>");
  EXPECT_EQ(part.fields.at("Date"), "Mon, 21 Sep 2026 14:13:20 +0000");
}

TEST(Mime, DatesAreCivil) {
  EXPECT_EQ(mail::dateText(0), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail::dateText(951827696000), "Tue, 29 Feb 2000 12:34:56 +0000");
  EXPECT_EQ(mail::dateText(1735689599999), "Tue, 31 Dec 2024 23:59:59 +0000");
  EXPECT_EQ(mail::dateText(4107542400000), "Mon, 01 Mar 2100 00:00:00 +0000");
  EXPECT_EQ(mail::dateText(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 +0000");
  EXPECT_EQ(mail::dateText(INT64_MIN), "Thu, 01 Jan 1970 00:00:00 +0000");
}

TEST(Mime, SubjectsSurviveFolding) {
  const std::string subjects[] = {
      "",
      "short",
      "Order A-1042 is confirmed and will leave our warehouse tomorrow morning, please stay at home",
      "two  spaces   and more",
      " space in front",
      "space behind ",
      "tab\there",
      "looks =?UTF-8?Q?like_a_word?= already",
      std::string(500, 'x'),
      std::string(3000, 'x'),
      std::string(2000, ' ') + "x",
      "a" + std::string(2000, ' ') + "b",
      "¡Hola! Ñandú — café",
      "ご注文の確認ご注文の確認ご注文の確認ご注文の確認ご注文の確認ご注文の確認",
      "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
      "=?= ?= =_ .. --"};
  for (const auto& subject : subjects) {
    const auto text = written(message().subject(subject).text("x"));
    expectSendableLines(text);
    EXPECT_EQ(reader::decodeWords(reader::parsePart(text).fields.at("Subject")), subject);
  }
}

TEST(Mime, EncodedWordsStayWithinTheirLimits) {
  const auto text =
      written(message().subject("Ñ" + std::string(300, 'a') + " ✓ " + std::string(100, ' ') + "é").text("x"));
  std::size_t at = 0;
  while ((at = text.find("=?UTF-8", at)) != std::string::npos) {
    const auto end = text.find("?=", at + 10) + 2;
    EXPECT_LE(end - at, 75u);
    const auto line = text.rfind('\n', at) + 1;
    EXPECT_LE(text.find("\r\n", at) - line, 76u);
    at = end;
  }
}

TEST(Mime, DisplayNamesSurvive) {
  const std::string names[] = {
      "Ada Lovelace", "Lovelace, Ada", "say \"hi\" \\ there", "José",          "a.b", "x@y", "(comment)",
      " padded ",     "two  spaces",   std::string(200, 'n'), "=?UTF-8?Q?x?=", "✓"};
  for (const auto& name : names) {
    const auto text = written(MimeMessage(kId, 0).from({name, "a@b.example"}).to(kTo).text("x"));
    expectSendableLines(text);
    auto field = reader::parsePart(text).fields.at("From");
    const std::string tail = " <a@b.example>";
    ASSERT_GT(field.size(), tail.size());
    EXPECT_EQ(field.substr(field.size() - tail.size()), tail);
    field = field.substr(0, field.size() - tail.size());
    const auto quoted = mail::unquoted(field);
    EXPECT_EQ(quoted ? *quoted : reader::decodeWords(field), name);
  }
}

TEST(Mime, BodiesSurviveEveryEncoding) {
  const std::string bodies[] = {
      "",
      "x",
      "one\ntwo\n",
      "one\rtwo\r\nthree\n\nfive",
      "trailing \nspace\t\n",
      "From the start\nFrom again",
      ".\n..\n.dot",
      std::string(5000, 'a'),
      "equals = signs == and =3D and =\n",
      "--=_" + std::string(kId) + "_a--\nmore",
      "--=_" + std::string(kId) + "_m\nContent-Type: text/html\n\nevil",
      "ünïcödé mixed with ascii text that is long enough to make quoted-printable the better choice",
      "ご注文ありがとうございます。",
      std::string("NUL\0inside", 10),
      std::string(76, 'a') + " ",
      std::string(75, 'a') + "é" + std::string(75, 'b')};
  for (const auto& body : bodies) {
    const auto text = written(message().subject("s").text(body).html(body));
    expectSendableLines(text);
    const auto both = reader::parts(reader::parsePart(text));
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(reader::bodyText(both[0]), mail::crlfLines(body));
    EXPECT_EQ(reader::bodyText(both[1]), mail::crlfLines(body));
  }
}

/// As RFC 2045 §6.7 is written, a byte at a time: what the one that copies runs must agree with.
std::string quotedPrintableByBytes(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i, 2) == "\r\n") {
      out += "\r\n";
      column = 0;
      ++i;
      continue;
    }
    const bool line_ends = i + 1 == text.size() || text.substr(i + 1, 2) == "\r\n";
    const auto width = [&] {
      const bool from = column == 0 && text.substr(i, 5) == "From ";
      const bool blank = c == ' ' || c == '\t';
      return !from && (blank ? !line_ends : c > ' ' && c <= '~' && c != '=') ? 1U : 3U;
    };
    if (column + width() > mail::kEncodedLine - (line_ends ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    const auto wide = width();
    if (wide == 1) out += c;
    else mail::appendHexEscape(out, '=', c);
    column += wide;
  }
  return out;
}

TEST(Mime, QuotedPrintableByRunsIsThatByBytes) {
  std::mt19937 random(20261130);
  const std::vector<std::string> pieces = {"a",
                                           "word ",
                                           "From ",
                                           "=",
                                           " ",
                                           "\t",
                                           "\r\n",
                                           "\r",
                                           "\n",
                                           "\xc3\xa9",
                                           "~",
                                           std::string(74, 'x'),
                                           std::string(75, 'y'),
                                           std::string(76, 'z')};
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
    ASSERT_EQ(mail::quotedPrintable(text), quotedPrintableByBytes(text)) << ::testing::PrintToString(text);
  }
}

TEST(Mime, LineEndsOfAnyKindBecomeCrlf) {
  EXPECT_EQ(mail::crlfLines("a\nb\rc\r\nd\n\re\r"), "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n");
  EXPECT_EQ(mail::crlfLines(""), "");
  EXPECT_EQ(mail::crlfLines("no end"), "no end");
}

TEST(Mime, Utf8IsCheckedBehindLongAsciiToo) {
  const std::string ascii(37, 'a');
  EXPECT_TRUE(mail::isUtf8(ascii + "\xc3\xa9" + ascii));
  for (const auto* broken : {"\xc3", "\xff", "\xed\xa0\x80", "\xc0\x80"}) {
    EXPECT_FALSE(mail::isUtf8(ascii + broken + ascii)) << broken;
    EXPECT_FALSE(mail::isUtf8(ascii + broken)) << broken;
  }
}

TEST(Mime, QuotedPrintableLinesStayUnder77) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
      static const std::string kPieces[] = {"a", " ", "\t", "=", "\n", "é", "✓", "From ", "."};
      text += kPieces[random() % std::size(kPieces)];
    }
    const auto crlf = mail::crlfLines(text);
    const auto encoded = mail::quotedPrintable(crlf);
    std::size_t begin = 0;
    while (begin < encoded.size()) {
      auto end = encoded.find("\r\n", begin);
      end = end == std::string::npos ? encoded.size() : end;
      ASSERT_LE(end - begin, 76u);
      ASSERT_FALSE(end > begin && (encoded[end - 1] == ' ' || encoded[end - 1] == '\t'));
      begin = end + 2;
    }
    ASSERT_EQ(reader::decodeEscapes(encoded, '='), crlf);
  }
}

TEST(Mime, InlineFilesAreRelatedAndOthersMixed) {
  const auto text = written(message()
                                .subject("s")
                                .text("t")
                                .html("<img src=cid:a>")
                                .attach({"a.png", "image/png", "a", 1})
                                .attach({"b.pdf", "application/pdf", "", 2}));
  const auto mixed = reader::parsePart(text);
  EXPECT_THAT(mixed.fields.at("Content-Type"), HasSubstr("multipart/mixed"));
  const auto outer = reader::parts(mixed);
  ASSERT_EQ(outer.size(), 2u);
  const auto alternative = reader::parts(outer[0]);
  ASSERT_EQ(alternative.size(), 2u);
  EXPECT_THAT(alternative[1].fields.at("Content-Type"), HasSubstr("multipart/related"));
  const auto related = reader::parts(alternative[1]);
  ASSERT_EQ(related.size(), 2u);
  EXPECT_EQ(related[1].fields.at("Content-ID"), "<a>");
  EXPECT_EQ(related[1].body, "<blob 1>");
  EXPECT_EQ(outer[1].body, "<blob 2>");
}

TEST(Mime, ContentIdWithoutHtmlIsAnOrdinaryAttachment) {
  const auto outer =
      reader::parts(reader::parsePart(written(message().text("t").attach({"a.png", "image/png", "a", 1}))));
  ASSERT_EQ(outer.size(), 2u);
  EXPECT_THAT(outer[1].fields.at("Content-Disposition"), HasSubstr("attachment"));
}

/// RFC 2231 §3 and §4, put together again.
std::string filename(const std::string& disposition) {
  std::string out;
  for (int piece = 0;; ++piece) {
    const auto key = "filename*" + std::to_string(piece);
    auto at = disposition.find(key);
    if (at == std::string::npos) break;
    at += key.size();
    const bool escaped = disposition[at] == '*';
    auto value = disposition.substr(at + (escaped ? 2 : 1));
    value = escaped ? value.substr(0, value.find(';'))
                    : *mail::unquoted(value.substr(
                          0, value.find("\";") == std::string::npos ? value.size() : value.find("\";") + 1));
    if (piece == 0 && escaped) value = value.substr(7);  // UTF-8''
    out += escaped ? reader::decodeEscapes(value, '%') : value;
  }
  if (!out.empty()) return out;
  const auto whole = disposition.find("filename=");
  if (whole != std::string::npos) return *mail::unquoted(disposition.substr(whole + 9));
  return reader::decodeEscapes(disposition.substr(disposition.find("filename*=UTF-8''") + 17), '%');
}

TEST(Mime, FileNamesSurvive) {
  const std::string names[] = {"a.pdf",
                               "with space.pdf",
                               "quote\".pdf",
                               "back\\slash",
                               "ñ.pdf",
                               "%41*'.pdf",
                               "ñ%41*'.pdf",
                               std::string(200, 'n') + ".pdf",
                               "ファイルファイルファイルファイルファイルファイルファイル.pdf",
                               "semi;colon.pdf"};
  for (const auto& name : names) {
    const auto text = written(message().text("t").attach({name, "application/pdf", "", 2}));
    expectSendableLines(text);
    EXPECT_EQ(filename(reader::parts(reader::parsePart(text))[1].fields.at("Content-Disposition")), name);
  }
}

TEST(Mime, CompositeTypesTravelAsOctets) {
  for (const auto* type : {"message/rfc822", "Multipart/Mixed", "MESSAGE/delivery-status"}) {
    const auto outer = reader::parts(reader::parsePart(written(message().text("t").attach({"m.eml", type, "", 1}))));
    EXPECT_EQ(outer[1].fields.at("Content-Type"), "application/octet-stream");
  }
}

TEST(Mime, HostileTextNeverAddsAHeaderField) {
  const std::string hostile[] = {"x\r\nBcc: eve@example.test",
                                 "x\nBcc: eve@example.test",
                                 "x\rBcc: eve@example.test",
                                 std::string("x\0y", 3),
                                 "x\x0b",
                                 "x\x7f",
                                 "x\r\n\r\nbody",
                                 "x\xff\xfe",
                                 "x\xc0\x8a"};
  for (const auto& text : hostile) {
    EXPECT_THAT(refusal(message().subject(text)), HasSubstr("subject: "));
    EXPECT_THAT(refusal(message().from({text, "a@b.example"})), HasSubstr("from: "));
    EXPECT_THAT(refusal(message().to({text, "a@b.example"})), HasSubstr("to: "));
    EXPECT_THAT(refusal(message().to({"", "a@b.example" + text})), HasSubstr("to: "));
    EXPECT_THAT(refusal(message().replyTo({"", text + "@b.example"})), HasSubstr("reply_to: "));
    EXPECT_THAT(refusal(message().header("X-A", text)), HasSubstr("headers: "));
    EXPECT_THAT(refusal(message().header(text, "v")), HasSubstr("headers: "));
    EXPECT_THAT(refusal(message().attach({text, "text/plain", "", 1})), HasSubstr("filename: "));
    EXPECT_THAT(refusal(message().attach({"a", "text/plain" + text, "", 1})), HasSubstr("content_type: "));
    EXPECT_THAT(refusal(message().attach({"a", "text/plain", text, 1})), HasSubstr("content_id: "));
    EXPECT_THAT(refusal(MimeMessage(text, 0).from(kFrom).to(kTo)), HasSubstr("delivery_id: "));
  }
}

TEST(Mime, BodiesMustBeUtf8) {
  EXPECT_THAT(refusal(message().text("\xff")), HasSubstr("text: UTF-8"));
  EXPECT_THAT(refusal(message().html("\xed\xa0\x80")), HasSubstr("html: UTF-8"));
}

TEST(Mime, OwnFieldsCannotBeSet) {
  for (const auto* name :
       {"From", "to", "CC", "Bcc", "subject", "DATE", "Reply-To", "message-ID", "MIME-Version", "Content-Type",
        "content-anything", "Received", "Return-Path", "Sender", "Resent-To", "DKIM-Signature"})
    EXPECT_THAT(refusal(message().header(name, "x")), HasSubstr("cannot be set")) << name;
  EXPECT_THAT(refusal(message().header("X-A", "1").header("x-a", "2")), HasSubstr("stands twice"));
  EXPECT_THAT(refusal(message().header("X-A", std::string(2000, 'x'))), HasSubstr("too long"));
  EXPECT_THAT(refusal(message().header("", "x")), HasSubstr("field name"));
  EXPECT_THAT(refusal(message().header("X A", "x")), HasSubstr("field name"));
}

TEST(Mime, SenderAndRecipientAreNeeded) {
  EXPECT_THAT(refusal(MimeMessage(kId, 0).to(kTo)), HasSubstr("from: "));
  EXPECT_THAT(refusal(MimeMessage(kId, 0).from(kFrom)), HasSubstr("to: "));
}

TEST(Mailbox, ReadsTheCommonForms) {
  const struct {
    const char* text;
    const char* name;
    const char* address;
  } forms[] = {{"a@b.example", "", "a@b.example"},
               {"<a@b.example>", "", "a@b.example"},
               {"  Acme Shop  <a@b.example>", "Acme Shop", "a@b.example"},
               {"\"Acme, Inc.\" <a@b.example>", "Acme, Inc.", "a@b.example"},
               {"\"say \\\"hi\\\"\" <a@b.example>", "say \"hi\"", "a@b.example"},
               {"José <a+tag@b-c.example>", "José", "a+tag@b-c.example"},
               {"root@localhost", "", "root@localhost"},
               {"a@[192.0.2.1]", "", "a@[192.0.2.1]"}};
  for (const auto& form : forms) {
    std::string error;
    const auto box = parseMailbox(form.text, error);
    ASSERT_TRUE(box) << form.text << ": " << error;
    EXPECT_EQ(box->name, form.name);
    EXPECT_EQ(box->address, form.address);
  }
}

TEST(Mailbox, RefusesWhatIsNoneOrMany) {
  const std::string bad[] = {"",
                             "a",
                             "@b.example",
                             "a@",
                             "a@b@c.example x",
                             "a@b.example, c@d.example",
                             "A <a@b.example>, B <c@d.example>",
                             "a@b..example",
                             "a@.example",
                             "a@-b.example",
                             "a@b-.example",
                             "a@b.example.",
                             "a b@c.example",
                             "Acme, Inc <a@b.example>",
                             "A <a@b.example> tail",
                             "josé@b.example",
                             "a@bücher.example",
                             "A <a@b.example",
                             "a@b.example\r\nX: y",
                             std::string("a\0@b.example", 12),
                             "\"open <a@b.example>",
                             std::string(65, 'a') + "@b.example",
                             "a@" + std::string(256, 'b'),
                             "a@[]",
                             "<>",
                             "a@b>.example"};
  for (const auto& text : bad) {
    std::string error;
    EXPECT_FALSE(parseMailbox(text, error)) << text;
    EXPECT_FALSE(error.empty());
  }
}

}  // namespace
}  // namespace belfry
