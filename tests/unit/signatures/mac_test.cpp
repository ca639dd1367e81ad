#include <gtest/gtest.h>

#include "adapters/openssl/openssl_signatures.h"
#include "kit/crypto.h"

namespace belfry::openssl {
namespace {

std::string digest(DigestAlgorithm algorithm, std::string_view data) {
  return toHex(OpenSslSignatures().digest(algorithm, data));
}

std::string mac(MacAlgorithm algorithm, std::string_view key, std::string_view data) {
  return toHex(OpenSslSignatures().mac(algorithm, key, data));
}

TEST(Digest, PublishedValues) {
  EXPECT_EQ(digest(DigestAlgorithm::md5, ""), "d41d8cd98f00b204e9800998ecf8427e");              // RFC 1321 A.5
  EXPECT_EQ(digest(DigestAlgorithm::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");           // RFC 1321 A.5
  EXPECT_EQ(digest(DigestAlgorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180 example
  EXPECT_EQ(digest(DigestAlgorithm::sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180 example
}

TEST(Mac, PublishedValues) {
  const std::string key(20, '\x0b');
  EXPECT_EQ(mac(MacAlgorithm::hmac_sha1, key, "Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00");  // RFC 2202 §3
  EXPECT_EQ(
      mac(MacAlgorithm::hmac_sha1, std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(mac(MacAlgorithm::hmac_sha256, key, "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");  // RFC 4231 §4.2
}

TEST(Mac, AnEmptyKeyIsNotTheKeyOfLastTime) {
  const auto empty = mac(MacAlgorithm::hmac_sha256, {}, {});
  EXPECT_EQ(empty, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  mac(MacAlgorithm::hmac_sha256, "other", "data");
  EXPECT_EQ(mac(MacAlgorithm::hmac_sha256, {}, {}), empty);
}

}  // namespace
}  // namespace belfry::openssl
