#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/openssl/openssl_signatures.h"
#include "kit/crypto.h"
#include "unit/signatures/openssl_tool.h"
#include "unit/signatures/published_keys.h"

namespace belfry::openssl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// RFC 7515 appendix A.2 and A.3: the claims with their line breaks.
const std::string kClaims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
const std::string kClaimsPart =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

std::string sign(JwtAlgorithm algorithm, const std::string& key, const std::string& header = "{}",
                 const std::string& claims = kClaims) {
  const auto token = OpenSslSignatures().jwt(algorithm, key, header, claims);
  return token.ok() ? *token : "error: " + token.error();
}

/// R ‖ S as ASN.1 DER, by hand.
std::string derOf(const std::string& raw) {
  std::string body;
  for (const auto& half : {raw.substr(0, 32), raw.substr(32)}) {
    auto number = half.substr(std::min(half.find_first_not_of('\0'), half.size() - 1));
    if (static_cast<unsigned char>(number[0]) >= 0x80) number.insert(0, 1, '\0');
    body += std::string{'\x02', static_cast<char>(number.size())} + number;
  }
  return std::string{'\x30', static_cast<char>(body.size())} + body;
}

bool verifies(PublicKeyAlgorithm algorithm, const std::string& public_key, const std::string& data,
              const std::string& signature) {
  const auto valid = OpenSslSignatures().verify(algorithm, PublicKeyForm::spki, public_key, data, signature, {});
  EXPECT_TRUE(valid.ok()) << valid.error();
  return valid.ok() && *valid;
}

TEST(Jwt, MakesTheRs256ExampleOfRfc7515) {
  EXPECT_EQ(
      sign(JwtAlgorithm::rs256, kRfc7515RsaKey),
      "eyJhbGciOiJSUzI1NiJ9." + kClaimsPart +
          ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9u"
          "JdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN"
          "9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLI"
          "hWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
}

TEST(Jwt, Es256SignaturesAreRawAndVerify) {
  // A hundred, so that numbers with leading zeros, which DER shortens, are among them.
  for (int i = 0; i < 100; ++i) {
    const auto token = sign(JwtAlgorithm::es256, kRfc7515EcKey);
    const auto data = "eyJhbGciOiJFUzI1NiJ9." + kClaimsPart;
    ASSERT_TRUE(token.starts_with(data + ".")) << token;
    const auto raw = fromBase64Url(token.substr(data.size() + 1));
    ASSERT_TRUE(raw && raw->size() == 64) << token;
    ASSERT_TRUE(verifies(PublicKeyAlgorithm::ecdsa_p256_sha256, kRfc7515EcPublicKey, data, derOf(*raw)));
  }
}

TEST(Jwt, TheEs256SignatureOfRfc7515Verifies) {
  const auto raw =
      fromBase64Url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(verifies(PublicKeyAlgorithm::ecdsa_p256_sha256, kRfc7515EcPublicKey,
                       "eyJhbGciOiJFUzI1NiJ9." + kClaimsPart, derOf(*raw)));
}

TEST(Jwt, PutsAlgBeforeTheMembersOfTheHeader) {
  const auto token = sign(JwtAlgorithm::es256, kRfc7515EcKey, R"({"typ": "JWT", "kid":"k\u00e9y", "crit":[1, null]})");
  EXPECT_EQ(*fromBase64Url(token.substr(0, token.find('.'))),
            "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"k\xc3\xa9y\",\"crit\":[1,null]}");
}

TEST(Jwt, ReadsEveryFormOfPrivateKey) {
  const OpensslTool tool;
  const auto rsa = tool.newKey("RSA:2048");  // PKCS #8
  const auto pkcs1 = tool.run({"rsa", "-traditional", "-in", tool.file("rsa.pem", rsa)});
  ASSERT_THAT(pkcs1, HasSubstr("BEGIN RSA PRIVATE KEY"));
  EXPECT_EQ(sign(JwtAlgorithm::rs256, pkcs1), sign(JwtAlgorithm::rs256, rsa));
  // What `openssl ecparam -genkey` writes: a block of parameters stands before the key.
  const auto sec1 = tool.run({"ecparam", "-name", "prime256v1", "-genkey"});
  ASSERT_THAT(sec1, AllOf(HasSubstr("BEGIN EC PARAMETERS"), HasSubstr("BEGIN EC PRIVATE KEY")));
  EXPECT_THAT(sign(JwtAlgorithm::es256, sec1), Not(HasSubstr("error")));
  EXPECT_THAT(sign(JwtAlgorithm::es256, tool.newKey("EC:P-256")), Not(HasSubstr("error")));
  std::string crlf;
  for (const char c : rsa) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(sign(JwtAlgorithm::rs256, crlf), sign(JwtAlgorithm::rs256, rsa));
}

TEST(Jwt, OpensslAgreesWithRs256) {
  const OpensslTool tool;
  const auto key = tool.newKey("RSA:3072");
  const auto token = sign(JwtAlgorithm::rs256, key, R"({"typ":"JWT"})", R"({"iss":"bell@tower.example"})");
  const auto data = token.substr(0, token.rfind('.'));
  EXPECT_EQ(token, data + "." + toBase64Url(tool.sign(key, "sha256", data)));
}

TEST(Jwt, SaysWhichKeyIsNeeded) {
  const OpensslTool tool;
  EXPECT_EQ(sign(JwtAlgorithm::rs256, kRfc7515EcKey),
            "error: private key: RS256 needs an RSA key of at least 2048 bits, this is an EC key on prime256v1");
  EXPECT_EQ(sign(JwtAlgorithm::rs256, kRfc8463RsaKey),
            "error: private key: RS256 needs an RSA key of at least 2048 bits, this is an RSA key of 1024 bits");
  EXPECT_EQ(sign(JwtAlgorithm::es256, kRfc7515RsaKey),
            "error: private key: ES256 needs an EC key on P-256, this is an RSA key of 2048 bits");
  EXPECT_EQ(sign(JwtAlgorithm::es256, tool.newKey("EC:P-384")),
            "error: private key: ES256 needs an EC key on P-256, this is an EC key on secp384r1");
  EXPECT_EQ(sign(JwtAlgorithm::es256, kRfc8463Ed25519Key),
            "error: private key: ES256 needs an EC key on P-256, this is an ED25519 key");
}

TEST(Jwt, SaysWhatTheKeyTextIsInstead) {
  const OpensslTool tool;
  const auto key = tool.newKey("RSA:2048");
  EXPECT_EQ(sign(JwtAlgorithm::rs256, ""), "error: private key: is empty");
  EXPECT_THAT(sign(JwtAlgorithm::rs256, "swordfish"), AllOf(HasSubstr("must be PEM"), Not(HasSubstr("swordfish"))));
  EXPECT_THAT(sign(JwtAlgorithm::rs256, tool.publicPem(key)), HasSubstr("holds no private key"));
  auto broken = key;
  broken.replace(100, 20, "!!!!!!!!!!!!!!!!!!!!");
  EXPECT_EQ(sign(JwtAlgorithm::rs256, broken), "error: private key: its PEM block cannot be read");
  EXPECT_EQ(sign(JwtAlgorithm::rs256, key.substr(0, key.size() / 2)),
            "error: private key: its PEM block cannot be read");
}

TEST(Jwt, NeverAsksForAPassphrase) {
  const OpensslTool tool;
  const auto in = tool.file("plain.pem", tool.newKey("RSA:2048"));
  const auto pkcs8 = tool.run({"pkcs8", "-topk8", "-in", in, "-passout", "pass:x"});
  const auto pkcs1 = tool.run({"rsa", "-traditional", "-aes128", "-in", in, "-passout", "pass:x"});
  for (const auto& key : {pkcs8, pkcs1})
    EXPECT_EQ(sign(JwtAlgorithm::rs256, key), "error: private key: is encrypted; give it without a passphrase");
}

TEST(Jwt, RefusesWhatIsNoHeaderOrNoClaims) {
  const auto header = [](const std::string& text) { return sign(JwtAlgorithm::es256, kRfc7515EcKey, text); };
  EXPECT_EQ(header(R"({"alg":"none"})"), "error: JWT header: must not hold \"alg\", which is added");
  EXPECT_EQ(header("[]"), "error: JWT header: must be a JSON object");
  EXPECT_EQ(header(""), "error: JWT header: cannot be read as JSON at offset 0");
  const auto claims = [](const std::string& text) { return sign(JwtAlgorithm::es256, kRfc7515EcKey, "{}", text); };
  EXPECT_EQ(claims("\"swordfish\""), "error: JWT claims: must be a JSON object");
  EXPECT_THAT(claims(R"({"a":swordfish})"),
              AllOf(HasSubstr("JWT claims: cannot be read"), Not(HasSubstr("swordfish"))));
}

}  // namespace
}  // namespace belfry::openssl
