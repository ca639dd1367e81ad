#include "kit/crypto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace belfry {
namespace {

using namespace std::string_view_literals;

std::string bytes(std::string_view hex) { return fromHex(hex).value(); }

Key256 keyOf(std::string_view hex) {
  const auto text = bytes(hex);
  Key256 key{};
  EXPECT_EQ(text.size(), key.size());
  std::copy_n(text.begin(), key.size(), key.begin());
  return key;
}

std::string hex(const Digest256& digest) { return toHex(asView(digest)); }

TEST(Sha256, KnowsTheVectorsOfFips180) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

struct HmacCase {
  std::string key;
  std::string data;
  std::string_view digest;
};

TEST(HmacSha256, KnowsTheVectorsOfRfc4231) {
  const std::vector<HmacCase> cases{
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
       "hashed "
       "before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (const auto& [key, data, digest] : cases) EXPECT_EQ(hex(hmacSha256(key, data)), digest) << data;
  // Case 5 publishes the first 128 bits only.
  EXPECT_EQ(hex(hmacSha256(std::string(20, '\x0c'), "Test With Truncation")).substr(0, 32),
            "a3b6167473100ee06e0c796c2955552b");
}

TEST(HmacSha256, AnEmptyKeyIsNotTheKeyOfLastTime) {
  (void)hmacSha256("some other key", "data");
  const auto of_nothing = hmacSha256(std::string_view(), "");
  EXPECT_EQ(hex(of_nothing), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(of_nothing, hmacSha256("", std::string_view()));
}

TEST(HkdfSha256, KnowsTheVectorsOfRfc5869) {
  // The first 32 bytes of each output; HKDF's output for a shorter length is a prefix of that for a longer one.
  EXPECT_EQ(
      hex(hkdfSha256(std::string(22, '\x0b'), bytes("000102030405060708090a0b0c"), bytes("f0f1f2f3f4f5f6f7f8f9"))),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  std::string ikm;
  std::string salt;
  std::string info;
  for (int i = 0; i < 80; ++i) {
    ikm.push_back(static_cast<char>(i));
    salt.push_back(static_cast<char>(0x60 + i));
    info.push_back(static_cast<char>(0xb0 + i));
  }
  EXPECT_EQ(hex(hkdfSha256(ikm, salt, info)), "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  EXPECT_EQ(hex(hkdfSha256(std::string(22, '\x0b'), "", "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(HkdfSha256, EveryInputMatters) {
  const std::set<Key256> keys{hkdfSha256("a", "b", "c"), hkdfSha256("x", "b", "c"), hkdfSha256("a", "x", "c"),
                              hkdfSha256("a", "b", "x"), hkdfSha256("ab", "", "c")};
  EXPECT_EQ(keys.size(), 5U);
}

struct GcmCase {
  std::string_view key, nonce, aad, plaintext, ciphertext, tag;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 to 16: those of AES-256 with a 96-bit nonce.
constexpr auto kGcmKey = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"sv;
constexpr auto kZeroKey = "0000000000000000000000000000000000000000000000000000000000000000"sv;
const std::vector<GcmCase> kGcmCases{
    {kZeroKey, "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeroKey, "000000000000000000000000", "", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {kGcmKey, "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657b"
     "a63"
     "7b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0ab"
     "cc9"
     "f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
    {kGcmKey, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657b"
     "a63"
     "7b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0ab"
     "cc9"
     "f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"}};

TEST(AesGcm, OpensThePublishedVectors) {
  for (const auto& vector : kGcmCases) {
    const auto sealed = bytes(vector.nonce) + bytes(vector.ciphertext) + bytes(vector.tag);
    const auto opened = aesGcmOpen(keyOf(vector.key), sealed, bytes(vector.aad));
    ASSERT_TRUE(opened) << vector.tag;
    EXPECT_EQ(toHex(*opened), vector.plaintext);
  }
}

TEST(AesGcm, OpensWhatItSealed) {
  const auto key = sha256("a key");
  for (const std::size_t size : {0, 1, 15, 16, 17, 1000, 100'000}) {
    const auto plaintext = randomBytes(size);
    const auto sealed = aesGcmSeal(key, plaintext, "tenant/table/column/id");
    EXPECT_EQ(sealed.size(), 12 + size + 16);
    EXPECT_EQ(aesGcmOpen(key, sealed, "tenant/table/column/id"), plaintext);
  }
}

TEST(AesGcm, SealsAndOpensWithoutAad) {
  const auto key = sha256("a key");
  EXPECT_EQ(aesGcmOpen(key, aesGcmSeal(key, "text", {}), ""), "text");
}

TEST(AesGcm, NeverSealsTwiceAlike) {
  const auto key = sha256("a key");
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(aesGcmSeal(key, "same", "same").substr(0, 12));
  EXPECT_EQ(nonces.size(), 1000U);
}

TEST(AesGcm, RefusesAnyChangedBit) {
  const auto key = sha256("a key");
  const auto sealed = aesGcmSeal(key, "a short secret", "aad");
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    auto changed = sealed;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_EQ(aesGcmOpen(key, changed, "aad"), std::nullopt) << i;
  }
}

TEST(AesGcm, RefusesAnyOtherLength) {
  const auto key = sha256("a key");
  const auto sealed = aesGcmSeal(key, "a short secret", "aad");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(aesGcmOpen(key, std::string_view(sealed).substr(0, size), "aad"), std::nullopt) << size;
  }
  EXPECT_EQ(aesGcmOpen(key, sealed + '\0', "aad"), std::nullopt);
}

TEST(AesGcm, RefusesAnotherKeyOrAad) {
  const auto sealed = aesGcmSeal(sha256("a key"), "text", "row 1");
  EXPECT_EQ(aesGcmOpen(sha256("another key"), sealed, "row 1"), std::nullopt);
  EXPECT_EQ(aesGcmOpen(sha256("a key"), sealed, "row 2"), std::nullopt);
  EXPECT_EQ(aesGcmOpen(sha256("a key"), sealed, ""), std::nullopt);
}

TEST(AesGcm, WorksInManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&failures, t] {
      const auto key = sha256(std::to_string(t));
      for (int i = 0; i < 500; ++i) {
        const auto text = std::to_string(i);
        if (aesGcmOpen(key, aesGcmSeal(key, text, "aad"), "aad") != text) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures.load(), 0);
}

TEST(RandomBytes, HaveTheSizeAskedAndDiffer) {
  EXPECT_EQ(randomBytes(0), "");
  EXPECT_EQ(randomBytes(3'000'000).size(), 3'000'000U);
  EXPECT_NE(randomBytes(32), randomBytes(32));
}

TEST(ConstantTimeEquals, Compares) {
  EXPECT_TRUE(constantTimeEquals("", ""));
  EXPECT_TRUE(constantTimeEquals("secret", "secret"));
  EXPECT_TRUE(constantTimeEquals("a\0b"sv, "a\0b"sv));
  EXPECT_FALSE(constantTimeEquals("a\0b"sv, "a\0c"sv));
  EXPECT_FALSE(constantTimeEquals("secret", "secres"));
  EXPECT_FALSE(constantTimeEquals("secret", "Secret"));
  EXPECT_FALSE(constantTimeEquals("secret", "secre"));
  EXPECT_FALSE(constantTimeEquals("", "s"));
}

TEST(Hex, IsWrittenLowAndReadInEitherCase) {
  EXPECT_EQ(toHex("\x00\x0f\xf0\xff"sv), "000ff0ff");
  EXPECT_EQ(fromHex("000fF0Ff"), "\x00\x0f\xf0\xff"sv);
  EXPECT_EQ(fromHex(""), "");
  for (const auto* text : {"0", "0g", "g0", "0x", " 0", "00 ", "000", "-1", "\xff\xff"}) {
    EXPECT_EQ(fromHex(text), std::nullopt) << text;
  }
}

TEST(Base64, KnowsTheVectorsOfRfc4648) {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors{{"", ""},
                                                                           {"f", "Zg=="},
                                                                           {"fo", "Zm8="},
                                                                           {"foo", "Zm9v"},
                                                                           {"foob", "Zm9vYg=="},
                                                                           {"fooba", "Zm9vYmE="},
                                                                           {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(toBase64(plain), text);
    EXPECT_EQ(fromBase64(text), plain);
    const auto unpadded = text.substr(0, text.find('='));
    EXPECT_EQ(toBase64Url(plain), unpadded);
    EXPECT_EQ(fromBase64Url(unpadded), plain);
  }
}

TEST(Base64, HasTwoAlphabets) {
  EXPECT_EQ(toBase64("\xfb\xff\xfe"), "+//+");
  EXPECT_EQ(toBase64Url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(fromBase64("+//+"), "\xfb\xff\xfe");
  EXPECT_EQ(fromBase64Url("-__-"), "\xfb\xff\xfe");
  EXPECT_EQ(fromBase64("-__-"), std::nullopt);
  EXPECT_EQ(fromBase64Url("+//+"), std::nullopt);
}

TEST(Base64, ReadsItsOwnTextOfEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) {
    all.push_back(static_cast<char>(i));
    EXPECT_EQ(fromBase64(toBase64(all)), all);
    EXPECT_EQ(fromBase64Url(toBase64Url(all)), all);
  }
}

TEST(Base64, RefusesAnythingNotCanonical) {
  for (const auto* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=",
                           "==", "====", "Zg==Zg==", "Z=g=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v====", "Zm9*"}) {
    EXPECT_EQ(fromBase64(text), std::nullopt) << text;
  }
  for (const auto* text : {"A", "AAAAA", "Z", "Zg==", "Zm8=", "Zh", "Zm9", "Zm9vY", "Zm9v ", "Zm*v"}) {
    EXPECT_EQ(fromBase64Url(text), std::nullopt) << text;
  }
}

TEST(HmacSha256, RemembersNothingOfTheKeyBefore) {
  const auto first = hmacSha256("one key", "text");
  EXPECT_NE(hmacSha256("another key", "text"), first);
  EXPECT_EQ(hmacSha256("one key", "text"), first);
  EXPECT_EQ(hmacSha256("", "text"), hmacSha256(std::string(64, '\0'), "text"));  // RFC 2104: keys are filled with zeros
}

TEST(RandomBytes, SmallPiecesNeverComeTwice) {
  std::set<std::string> seen;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      std::set<std::string> mine;
      for (int i = 0; i < 2000; ++i) mine.insert(randomBytes(10 + static_cast<std::size_t>(i) % 7));
      const std::lock_guard lock(mutex);
      seen.merge(mine);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 8000U);
  for (const auto& piece : seen) EXPECT_NE(piece, std::string(piece.size(), '\0'));
}

}  // namespace
}  // namespace belfry
