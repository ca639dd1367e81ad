#include "adapters/postgres/keyring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

namespace belfry::pg::test {
namespace {

Key256 keyOf(std::uint8_t byte) {
  Key256 key;
  key.fill(byte);
  return key;
}

Uuid idOf(std::uint8_t byte) {
  Uuid id;
  id.bytes.fill(byte);
  return id;
}

class KeyringTest : public ::testing::Test {
 protected:
  KeyringTest() {
    for (const TenantId tenant : {one_, two_}) wrapped_[tenant.value] = keyring_.wrapNewKey(tenant);
  }

  Keyring::LoadWrappedKey load() {
    return [this](TenantId tenant) {
      ++loads_;
      const auto found = wrapped_.find(tenant.value);
      return found == wrapped_.end() ? std::string() : found->second;
    };
  }

  const TenantId one_{idOf(1)};
  const TenantId two_{idOf(2)};
  const Uuid row_ = idOf(7);
  std::map<Uuid, std::string> wrapped_;
  std::atomic<int> loads_{0};
  Keyring keyring_{keyOf(0x4b), load()};
};

TEST_F(KeyringTest, OpensWhatItSealed) {
  for (const std::string& text : {std::string(), std::string("ada@example.test"), std::string(100000, '\0')}) {
    const std::string sealed = keyring_.seal(one_, "notifications", "payload", row_, text);
    EXPECT_EQ(keyring_.open(one_, "notifications", "payload", row_, sealed), text);
  }
}

TEST_F(KeyringTest, SealsTheSameTextDifferentlyEachTimeAndHidesIt) {
  const std::string a = keyring_.seal(one_, "t", "c", row_, "ada@example.test");
  EXPECT_NE(a, keyring_.seal(one_, "t", "c", row_, "ada@example.test"));
  EXPECT_EQ(a.find("ada"), std::string::npos);
  EXPECT_EQ(a.front(), 1);
}

TEST_F(KeyringTest, ASealedValueOpensNowhereElse) {
  const std::string sealed = keyring_.seal(one_, "deliveries", "address", row_, "x");
  EXPECT_EQ(keyring_.open(two_, "deliveries", "address", row_, sealed), std::nullopt) << "another tenant";
  EXPECT_EQ(keyring_.open(one_, "notifications", "address", row_, sealed), std::nullopt) << "another table";
  EXPECT_EQ(keyring_.open(one_, "deliveries", "subject", row_, sealed), std::nullopt) << "another column";
  EXPECT_EQ(keyring_.open(one_, "deliveries", "address", idOf(8), sealed), std::nullopt) << "another row";
  EXPECT_EQ(keyring_.open(one_, "deliveriesa", "ddress", row_, sealed), std::nullopt) << "names that join to the same";
  EXPECT_EQ(keyring_.open(one_, "deliveries", "address", row_, sealed), "x");
}

TEST_F(KeyringTest, EveryChangedByteIsNoticed) {
  const std::string sealed = keyring_.seal(one_, "t", "c", row_, "secret");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(keyring_.open(one_, "t", "c", row_, changed), std::nullopt) << i;
    EXPECT_EQ(keyring_.open(one_, "t", "c", row_, sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(keyring_.open(one_, "t", "c", row_, sealed + "x"), std::nullopt);
}

TEST_F(KeyringTest, AnotherKeyringWithTheSameMasterOpensIt) {
  const std::string sealed = keyring_.seal(one_, "t", "c", row_, "x");
  Keyring restarted(keyOf(0x4b), load());
  EXPECT_EQ(restarted.open(one_, "t", "c", row_, sealed), "x");
}

TEST_F(KeyringTest, AnotherMasterIsNoticed) {
  Keyring wrong(keyOf(0x4c), load());
  try {
    wrong.seal(one_, "t", "c", row_, "x");
    FAIL() << "sealed under a wrong master key";
  } catch (const KeyringError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("another master key"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr(one_.toString()));
  }
}

TEST_F(KeyringTest, ATenantsKeyDoesNotServeAnother) {
  wrapped_[two_.value] = wrapped_[one_.value];
  EXPECT_THROW(keyring_.seal(two_, "t", "c", row_, "x"), KeyringError);
}

TEST_F(KeyringTest, UnknownTenantAndDamagedKeysAreErrors) {
  EXPECT_THROW(keyring_.seal(TenantId{idOf(9)}, "t", "c", row_, "x"), KeyringError);
  wrapped_[one_.value].front() = 9;
  EXPECT_THROW(keyring_.open(one_, "t", "c", row_, ""), KeyringError);
  wrapped_[one_.value] = std::string(1, 1);
  EXPECT_THROW(keyring_.lookupHash(one_, "p", "x"), KeyringError);
}

TEST_F(KeyringTest, LookupHashesMatchWithinTenantAndPurposeOnly) {
  const Digest256 hash = keyring_.lookupHash(one_, "suppression.email", "ada@example.test");
  EXPECT_EQ(hash, keyring_.lookupHash(one_, "suppression.email", "ada@example.test"));
  EXPECT_NE(hash, keyring_.lookupHash(two_, "suppression.email", "ada@example.test"));
  EXPECT_NE(hash, keyring_.lookupHash(one_, "suppression.sms", "ada@example.test"));
  EXPECT_NE(hash, keyring_.lookupHash(one_, "suppression.email", "bob@example.test"));
}

TEST_F(KeyringTest, KeysAreLoadedOnceAndForgottenOnDemand) {
  for (int i = 0; i < 10; ++i) keyring_.seal(one_, "t", "c", row_, "x");
  EXPECT_EQ(loads_, 1);
  keyring_.forget(one_);
  keyring_.forget(one_);
  keyring_.seal(one_, "t", "c", row_, "x");
  EXPECT_EQ(loads_, 2);
}

TEST_F(KeyringTest, TheCacheIsBoundedAndKeepsTheRecent) {
  Keyring small(keyOf(0x4b), load(), 2);
  std::vector<TenantId> tenants;
  for (std::uint8_t i = 10; i < 13; ++i) {
    tenants.push_back({idOf(i)});
    wrapped_[idOf(i)] = small.wrapNewKey({idOf(i)});
  }
  small.lookupHash(tenants[0], "p", "");
  small.lookupHash(tenants[1], "p", "");
  small.lookupHash(tenants[0], "p", "");
  small.lookupHash(tenants[2], "p", "");  // drives out tenants[1]
  loads_ = 0;
  small.lookupHash(tenants[0], "p", "");
  EXPECT_EQ(loads_, 0);
  small.lookupHash(tenants[1], "p", "");
  EXPECT_EQ(loads_, 1);
}

TEST_F(KeyringTest, ThreadsShareIt) {
  Keyring small(keyOf(0x4b), load(), 1);
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const TenantId tenant = (t + i) % 2 ? one_ : two_;
        const auto opened = small.open(tenant, "t", "c", row_, small.seal(tenant, "t", "c", row_, "x"));
        if (opened != "x") ++failures;
        if (i % 16 == 0) small.forget(tenant);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace belfry::pg::test
