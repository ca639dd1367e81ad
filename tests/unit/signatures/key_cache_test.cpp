#include "adapters/openssl/key_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "unit/signatures/published_keys.h"

namespace belfry::openssl {
namespace {

/// The same key in another text: what follows a PEM block is not read.
std::string keyText(std::size_t number) { return kRfc8463Ed25519Key + std::to_string(number); }

EVP_PKEY* read(KeyCache& cache, const std::string& pem) {
  const auto key = cache.read(pem);
  EXPECT_TRUE(key.ok()) << key.error();
  return key.ok() ? key->get() : nullptr;
}

TEST(KeyCache, ReadsAKeyOnce) {
  KeyCache cache;
  const auto held = cache.read(kRfc7515EcKey);
  EXPECT_EQ(read(cache, kRfc7515EcKey), held->get());
  EXPECT_NE(read(cache, kRfc7515RsaKey), held->get());
  EXPECT_EQ(cache.size(), 2U);
}

TEST(KeyCache, KeepsNoTextWithoutAKey) {
  KeyCache cache;
  EXPECT_EQ(cache.read("").error(), "private key: is empty");
  EXPECT_FALSE(cache.read("no key").ok());
  EXPECT_EQ(cache.size(), 0U);
}

TEST(KeyCache, DropsTheKeyThatWasNotUsedForLongest) {
  KeyCache cache;
  const auto first = cache.read(keyText(0));
  const auto second = cache.read(keyText(1));
  for (std::size_t i = 2; i < KeyCache::kCapacity; ++i) read(cache, keyText(i));
  EXPECT_EQ(read(cache, keyText(0)), first->get());  // used again: the second is now the oldest
  read(cache, keyText(KeyCache::kCapacity));
  EXPECT_EQ(cache.size(), KeyCache::kCapacity);
  EXPECT_EQ(read(cache, keyText(0)), first->get());
  EXPECT_NE(read(cache, keyText(1)), second->get());
}

TEST(KeyCache, ServesThreadsAtOnce) {
  KeyCache cache;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 200; ++i) read(cache, keyText(i % 20));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cache.size(), 20U);
}

}  // namespace
}  // namespace belfry::openssl
