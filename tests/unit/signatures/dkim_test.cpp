// DKIM against RFC 8463's example and against dkimpy, which shares no code with us.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "adapters/openssl/dkim_canonical.h"
#include "adapters/openssl/dkim_key.h"
#include "adapters/openssl/mac.h"
#include "adapters/openssl/openssl_signatures.h"
#include "adapters/openssl/private_key.h"
#include "kit/crypto.h"
#include "unit/signatures/openssl_tool.h"
#include "unit/signatures/published_keys.h"

namespace belfry::openssl {
namespace {

using testing::HasSubstr;
using testing::Not;

// In the past: dkimpy refuses what will be signed tomorrow.
const TimePoint kAt = *parseRfc3339("2025-02-03T04:05:06.789Z");

// RFC 8463 appendix A.3.
constexpr const char* kRfcMessage =
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game.  Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";

std::string rfcField(const std::string& algorithm, const std::string& selector) {
  return " v=1; a=" + algorithm +
         "; c=relaxed/relaxed;\r\n"
         " d=football.example.com; i=@football.example.com;\r\n"
         " q=dns/txt; s=" +
         selector +
         "; t=1528637909; h=from : to :\r\n"
         " subject : date : message-id : from : subject : date;\r\n"
         " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
         " b=";
}

std::string rfcSignature(const std::string& key, const std::string& selector) {
  const auto message = splitMessage(kRfcMessage);
  auto private_key = readPrivateKey(key);
  const auto signer = dkimSigner(std::move(*private_key));
  EXPECT_TRUE(message.ok() && signer.ok());
  const auto field = rfcField(std::string(signer->algorithm), selector);
  const auto input =
      dkimSigningInput(message->fields, {"from", "to", "subject", "date", "message-id", "from", "subject", "date"},
                       {"dkim-signature", field});
  return toBase64(signer->sign(input));
}

TEST(Dkim, MakesTheExampleOfRfc8463) {
  const auto body = relaxedBody(splitMessage(kRfcMessage)->body);
  EXPECT_EQ(toBase64(digestOf(DigestAlgorithm::sha256, body)), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
  EXPECT_EQ(rfcSignature(kRfc8463Ed25519Key, "brisbane"),
            "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
  EXPECT_EQ(rfcSignature(kRfc8463RsaKey, "test"),
            "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsge"
            "efOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=");
}

TEST(Dkim, RelaxesBodiesAsRfc6376Does) {
  EXPECT_EQ(relaxedBody(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");  // §3.4.5
  EXPECT_EQ(relaxedBody(""), "");
  EXPECT_EQ(relaxedBody("\r\n\r\n"), "");
  EXPECT_EQ(relaxedBody(" \t\r\n \r\n"), "");
  EXPECT_EQ(relaxedBody("a"), "a\r\n");
  EXPECT_EQ(relaxedBody("\r\na\r\n \r\n"), "\r\na\r\n");
  EXPECT_EQ(relaxedBody("a\r\n\r\nb"), "a\r\n\r\nb\r\n");
}

TEST(Dkim, RelaxesFieldsAsRfc6376Does) {
  const auto spaced = splitMessage("B : Y\t\r\n\tZ  \r\n");  // white space before the colon: RFC 5322 §4.5.8
  ASSERT_TRUE(spaced.ok()) << spaced.error();
  EXPECT_EQ(relaxedField(spaced->fields.at(0)), "b:Y Z");
  EXPECT_EQ(relaxedField({"a", " X"}), "a:X");  // §3.4.5
  EXPECT_EQ(relaxedField({"b", " Y\t\r\n\tZ  "}), "b:Y Z");
  EXPECT_EQ(relaxedField({"c", " \r\n "}), "c:");
  EXPECT_EQ(relaxedField({"d", ""}), "d:");
}

std::string fieldOf(const std::string& key, const std::string& message, const std::string& domain = "tower.example",
                    const std::string& selector = "bell2025") {
  const auto field = OpenSslSignatures().dkim({domain, selector, key}, message, kAt);
  return field.ok() ? *field : "error: " + field.error();
}

/// What dkimpy says of signed messages, one "valid" or "wrong" for each; its reasons when it fails.
std::vector<std::string> dkimpySays(const std::vector<std::string>& messages, const std::string& record) {
  const OpensslTool files;
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  const auto script = std::string(source ? source : ".") + "/tests/unit/signatures/verify_dkim.py";
  // Debian's interpreter by its full name: another python3 may come first in PATH and lack Debian's modules.
  std::vector<std::string> args = {"/usr/bin/python3", script, "bell2025._domainkey.tower.example.", record};
  for (std::size_t i = 0; i < messages.size(); ++i)
    args.push_back(files.pathOf(files.file("message" + std::to_string(i), messages[i])));
  test::ChildProcess child({.args = args});
  const auto exit = child.waitForExit(std::chrono::seconds(60));
  if (!exit || exit->code != 0) return {child.output()};
  std::vector<std::string> verdicts;
  std::istringstream lines(child.standardOutput());
  for (std::string line; std::getline(lines, line);) verdicts.push_back(line);
  return verdicts;
}

struct SigningKey {
  std::string pem;
  std::string record;
};

SigningKey newSigningKey(const std::string& kind) {
  const OpensslTool tool;
  const auto pem = tool.newKey(kind);
  const auto der = tool.publicDer(pem);
  // RFC 8463 §4.2: the bare key of 32 bytes, which ends the DER.
  if (kind == "ED25519") return {pem, "v=DKIM1; k=ed25519; p=" + toBase64(der.substr(der.size() - 32))};
  return {pem, "v=DKIM1; k=rsa; p=" + toBase64(der)};
}

const std::string kHeader =
    "From: =?utf-8?q?B=C3=A9la?= <bell@tower.example>\r\n"
    "Reply-To: answers@tower.example\r\n"
    "To: you@home.example,\r\n\tthem@home.example\r\n"
    "Subject: Noon\r\n"
    "Date: Mon, 03 Feb 2025 04:05:06 +0000\r\n"
    "Message-ID: <1@tower.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "X-Not-Signed: x\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "List-Unsubscribe: <https://tower.example/u/1>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

std::vector<std::string> oddMessages() {
  std::string long_body;
  while (long_body.size() < (1U << 20)) long_body += "All  work and\tno play makes \xc3\xa9 a dull bell. \r\n\r\n";
  std::string recipients = "one@home.example";
  for (int i = 0; i < 200; ++i) recipients += ",\r\n  r" + std::to_string(i) + "@home.example";
  return {
      kHeader + "\r\nDing dong.\r\n",
      kHeader + "\r\n",                                           // empty body
      kHeader,                                                    // no body at all
      kHeader + "\r\nDing dong.",                                 // no CRLF at the end
      kHeader + "\r\nDing dong.\r\n\r\n\r\n \r\n\t\r\n",          // trailing empty lines
      kHeader + "\r\n\r\n\r\n",                                   // empty lines only
      kHeader + "\r\n  Ding \t dong. \t\r\n\t \r\n .\r\n..\r\n",  // odd white space
      "From:a@tower.example\r\nSUBJECT:  \t Odd \r\n \t  folds \r\n   here\t\r\nto:\r\n\tx@home.example\r\n\r\nx\r\n",
      "From: a@tower.example\r\nTo: " + recipients + "\r\nSubject: " + std::string(900, 's') + "\r\n\r\nx\r\n",
      "From: a@tower.example\r\nTo: a@home.example\r\nTo: b@home.example\r\n\r\nx\r\n",  // a name twice
      kHeader + "\r\n" + long_body,
  };
}

TEST(Dkim, DkimpyAcceptsOddMessages) {
  for (const auto* kind : {"RSA:2048", "ED25519"}) {
    const auto key = newSigningKey(kind);
    std::vector<std::string> messages;
    for (const auto& message : oddMessages()) messages.push_back(fieldOf(key.pem, message) + message);
    EXPECT_EQ(dkimpySays(messages, key.record), std::vector<std::string>(messages.size(), "valid")) << kind;
  }
}

TEST(Dkim, DkimpyRefusesWhatWasChanged) {
  const auto key = newSigningKey("RSA:2048");
  const auto message = kHeader + "\r\nDing dong.\r\n";
  const auto field = fieldOf(key.pem, message);
  std::vector<std::string> messages;
  const auto change = [&](const std::string& from, const std::string& to) {
    auto changed = message;
    changed.replace(changed.find(from), from.size(), to);
    messages.push_back(field + changed);
  };
  for (const std::string name : {"Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
                                 "List-Unsubscribe", "List-Unsubscribe-Post"})
    change("\r\n" + name + ": ", "\r\n" + name + ": !");
  change("From: ", "From: x");
  change("dong", "Dong");
  // The second h=from stands for no field: one that is added breaks the signature.
  change("From: ", "From: other@evil.example\r\nFrom: ");
  EXPECT_EQ(dkimpySays(messages, key.record), std::vector<std::string>(messages.size(), "wrong"));

  messages.clear();
  change("Not-Signed: x", "Not-Signed: y");
  change("Ding dong.", "Ding \t dong. ");
  EXPECT_EQ(dkimpySays(messages, key.record), std::vector<std::string>(2, "valid"));
}

TEST(Dkim, TheFieldSaysWhatItMust) {
  const auto field = fieldOf(kRfc8463Ed25519Key, kHeader + "\r\nx\r\n");
  EXPECT_TRUE(field.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=tower.example;\r\n\t"))
      << field;
  EXPECT_THAT(field, HasSubstr(" t=1738555506;"));
  EXPECT_THAT(field, Not(HasSubstr(" l=")));
  auto names = field.substr(field.find("h="));
  names = names.substr(0, names.find(';'));
  std::erase_if(names, [](char c) { return c == '\r' || c == '\n' || c == '\t'; });
  EXPECT_EQ(names,
            "h=from:reply-to:subject:date:to:message-id:mime-version:content-type:list-unsubscribe:"
            "list-unsubscribe-post:from");
  EXPECT_TRUE(field.ends_with("==\r\n")) << field;
}

TEST(Dkim, NoLineIsLongerThanALineMayBe) {
  std::string many = kHeader;
  for (int i = 0; i < 100; ++i) many += "Cc: c" + std::to_string(i) + "@home.example\r\n";
  const auto field = fieldOf(newSigningKey("RSA:2048").pem, many, "a-rather-long-name-of-a-tower.bells.example");
  std::size_t start = 0;
  for (auto end = field.find("\r\n"); end != std::string::npos; start = end + 2, end = field.find("\r\n", start))
    EXPECT_LE(end - start, 78U) << field.substr(start, end - start);
  EXPECT_EQ(start, field.size());
}

TEST(Dkim, SaysWhyItCannotSign) {
  const std::string good = "From: a@tower.example\r\n\r\nx\r\n";
  const std::string key = kRfc8463Ed25519Key;
  EXPECT_EQ(fieldOf(key, "To: a@tower.example\r\n\r\nx\r\n"), "error: message: must have one From field, has 0");
  EXPECT_EQ(fieldOf(key, "From: a@b.example\r\nfrom: c@d.example\r\n\r\n"),
            "error: message: must have one From field, has 2");
  EXPECT_EQ(fieldOf(key, "From: a@b.example\n\nx"), "error: message: byte 17 is a line break that is no CRLF");
  EXPECT_EQ(fieldOf(key, good + "a\rb"), "error: message: byte 29 is a line break that is no CRLF");
  EXPECT_EQ(fieldOf(key, good + "\r"), "error: message: byte 28 is a line break that is no CRLF");
  EXPECT_EQ(fieldOf(key, "From: a@b.example\r\nno field\r\n\r\n"),
            "error: message: header field 2 does not start with a name and a colon");
  EXPECT_EQ(fieldOf(key, ""), "error: message: must have one From field, has 0");
  EXPECT_THAT(fieldOf(key, good, "tower.example; l=0"), HasSubstr("error: domain: must be a domain name"));
  EXPECT_THAT(fieldOf(key, good, "tower..example"), HasSubstr("error: domain: must be a domain name"));
  EXPECT_THAT(fieldOf(key, good, "tower.example", ""), HasSubstr("error: selector: must be a domain name"));
  EXPECT_EQ(fieldOf(kRfc7515EcKey, good),
            "error: private key: DKIM needs an Ed25519 key or an RSA key of at least 1024 bits, this is an EC key on "
            "prime256v1");
  EXPECT_EQ(fieldOf("", good), "error: private key: is empty");
}

}  // namespace
}  // namespace belfry::openssl
