#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/openssl/openssl_signatures.h"
#include "kit/crypto.h"
#include "unit/signatures/openssl_tool.h"
#include "unit/signatures/published_keys.h"

namespace belfry::openssl {
namespace {

using testing::HasSubstr;
using Algorithm = PublicKeyAlgorithm;

const std::string kData = "Ding dong\nthe message of a topic";

/// "valid", "wrong" or the error.
std::string verdict(Algorithm algorithm, PublicKeyForm form, const std::string& key, const std::string& signature,
                    TimePoint at = {}, const std::string& data = kData) {
  const auto valid = OpenSslSignatures().verify(algorithm, form, key, data, signature, at);
  if (!valid.ok()) return valid.error();
  return *valid ? "valid" : "wrong";
}

std::string spki(Algorithm algorithm, const std::string& key, const std::string& signature) {
  return verdict(algorithm, PublicKeyForm::spki, key, signature);
}

TEST(PublicKey, VerifiesRsaWithBothDigests) {
  const OpensslTool tool;
  const auto key = tool.newKey("RSA:2048");
  const auto pem = tool.publicPem(key);
  const auto base64 = toBase64(tool.publicDer(key));
  const auto sha1 = tool.sign(key, "sha1", kData);
  const auto sha256 = tool.sign(key, "sha256", kData);
  for (const auto& form : {pem, base64, base64.substr(0, 64) + "\r\n" + base64.substr(64) + "\n"}) {
    EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha1, form, sha1), "valid");
    EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha256, form, sha256), "valid");
    EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha256, form, sha1), "wrong");
    EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha1, form, sha256), "wrong");
  }
}

TEST(PublicKey, VerifiesEcdsa) {
  const OpensslTool tool;
  const auto key = tool.newKey("EC:P-256");
  const auto signature = tool.sign(key, "sha256", kData);
  EXPECT_EQ(spki(Algorithm::ecdsa_p256_sha256, tool.publicPem(key), signature), "valid");
  EXPECT_EQ(spki(Algorithm::ecdsa_p256_sha256, toBase64(tool.publicDer(key)), signature), "valid");
  EXPECT_EQ(spki(Algorithm::ecdsa_p256_sha256, tool.publicPem(tool.newKey("EC:P-256")), signature), "wrong");
}

TEST(PublicKey, EveryChangeOfASignatureIsWrongAndNoError) {
  const OpensslTool tool;
  for (const auto* kind : {"RSA:2048", "EC:P-256"}) {
    const bool rsa = std::string(kind) == "RSA:2048";
    const auto algorithm = rsa ? Algorithm::rsa_pkcs1_sha256 : Algorithm::ecdsa_p256_sha256;
    const auto key = tool.newKey(kind);
    const auto pem = tool.publicPem(key);
    const auto signature = tool.sign(key, "sha256", kData);
    for (std::size_t i = 0; i < signature.size(); ++i) {
      auto changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_EQ(spki(algorithm, pem, changed), "wrong") << kind << " byte " << i;
    }
    for (const auto& other : {std::string(), std::string("x"), signature + "x", signature.substr(1)})
      EXPECT_EQ(spki(algorithm, pem, other), "wrong") << kind;
    EXPECT_EQ(verdict(algorithm, PublicKeyForm::spki, pem, signature, {}, kData + " "), "wrong");
  }
}

TEST(PublicKey, SaysWhatTheKeyIsInstead) {
  const OpensslTool tool;
  const auto rsa = tool.newKey("RSA:1024");
  EXPECT_EQ(spki(Algorithm::ecdsa_p256_sha256, tool.publicPem(rsa), ""),
            "public key: must be an EC key on P-256, is an RSA key of 1024 bits");
  EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha256, kRfc7515EcPublicKey, ""),
            "public key: must be an RSA key of at least 1024 bits, is an EC key on prime256v1");
  EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha256, tool.publicPem(tool.newKey("RSA:768")), ""),
            "public key: must be an RSA key of at least 1024 bits, is an RSA key of 768 bits");
  EXPECT_EQ(spki(Algorithm::ecdsa_p256_sha256, tool.publicPem(tool.newKey("EC:P-384")), ""),
            "public key: must be an EC key on P-256, is an EC key on secp384r1");
  EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha256, "", ""), "public key: is empty");
  EXPECT_EQ(spki(Algorithm::rsa_pkcs1_sha256, rsa, ""), "public key: is a private key; give the public one");
  const auto wanted = HasSubstr("must be a SubjectPublicKeyInfo");
  EXPECT_THAT(spki(Algorithm::rsa_pkcs1_sha256, "swordfish", ""), wanted);
  EXPECT_THAT(spki(Algorithm::rsa_pkcs1_sha256, toBase64("swordfish"), ""), wanted);
  EXPECT_THAT(spki(Algorithm::rsa_pkcs1_sha256, toBase64(tool.publicDer(rsa) + "x"), ""), wanted);
  EXPECT_THAT(spki(Algorithm::rsa_pkcs1_sha256, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", ""),
              wanted);
}

class Certificate : public testing::Test {
 protected:
  OpensslTool tool_;  // first: the rest is made with it
  std::string key_ = tool_.newKey("RSA:2048");
  std::string pem_ = tool_.run(
      {"req", "-x509", "-new", "-key", tool_.file("ca.pem", key_), "-subj", "/CN=sns.amazonaws.com", "-days", "2"});
  std::string signature_ = tool_.sign(key_, "sha1", kData);

  TimePoint date(const std::string& which) {
    // notAfter=2026-11-22 22:00:00Z
    auto text = tool_.run({"x509", "-noout", which, "-dateopt", "iso_8601", "-in", tool_.file("c.pem", pem_)});
    text = text.substr(text.find('=') + 1, 20);
    text[10] = 'T';
    return *parseRfc3339(text);
  }
  std::string at(TimePoint when, const std::string& pem) {
    return verdict(Algorithm::rsa_pkcs1_sha1, PublicKeyForm::certificate, pem, signature_, when);
  }
};

TEST_F(Certificate, IsValidFromItsFirstToItsLastSecond) {
  const auto start = date("-startdate");
  const auto end = date("-enddate");
  using std::chrono::microseconds;
  using std::chrono::seconds;
  EXPECT_EQ(at(start, pem_), "valid");
  EXPECT_EQ(at(end + microseconds(999999), pem_), "valid");
  EXPECT_EQ(at(start - microseconds(1), pem_),
            "certificate: is not yet valid at " + formatRfc3339(start - microseconds(1)));
  EXPECT_EQ(at(end + seconds(1), pem_), "certificate: has expired at " + formatRfc3339(end + seconds(1)));
}

TEST_F(Certificate, TheFirstOfAChainCounts) {
  const auto other =
      tool_.run({"req", "-x509", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "o.pem", "-subj", "/CN=o"});
  const auto start = date("-startdate");
  EXPECT_EQ(at(start, pem_ + other), "valid");
  const auto now = start + std::chrono::minutes(1);
  EXPECT_EQ(at(now, other + pem_), "wrong");
}

TEST_F(Certificate, SaysWhenThereIsNone) {
  EXPECT_EQ(at({}, ""), "certificate: must be PEM text with a CERTIFICATE block");
  EXPECT_EQ(at({}, tool_.publicPem(key_)), "certificate: must be PEM text with a CERTIFICATE block");
  EXPECT_EQ(verdict(Algorithm::rsa_pkcs1_sha1, PublicKeyForm::spki, pem_, ""),
            "public key: is a certificate; a bare public key is wanted");
}

}  // namespace
}  // namespace belfry::openssl
