// Keys of subscriber tokens: two live at a time, secrets sealed and destroyed when retired.
#include "adapters/postgres/pg_subscriber_key_store.h"

#include <atomic>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

const std::string kOne(32, '1'), kTwo(32, '2'), kThree(32, '3');

class SubscriberKeyStoreTest : public StoreSuite {
 protected:
  void SetUp() override { tenant_ = newTenant(); }
  std::vector<std::string> live() {
    std::vector<std::string> secrets;
    for (const auto& key : keys_.live(tenant_)) secrets.push_back(key.secret);
    return secrets;
  }

  TenantId tenant_;
  PgSubscriberKeyStore& keys_ = stores_->subscriber_keys;
};

TEST_F(SubscriberKeyStoreTest, TheNewestComesFirst) {
  ASSERT_TRUE(keys_.create(tenant_, kOne, 2));
  ASSERT_TRUE(keys_.create(tenant_, kTwo, 2));
  EXPECT_THAT(live(), ElementsAre(kTwo, kOne));
  EXPECT_FALSE(keys_.create(tenant_, kThree, 2));
  EXPECT_THAT(live(), SizeIs(2));
}

TEST_F(SubscriberKeyStoreTest, ARetiredKeyLosesItsSecretAndMakesRoom) {
  const auto first = keys_.create(tenant_, kOne, 1);
  EXPECT_FALSE(keys_.create(tenant_, kTwo, 1));
  const auto retired = keys_.retire(tenant_, first->id);
  ASSERT_TRUE(retired);
  EXPECT_EQ(keys_.retire(tenant_, first->id)->retired_at, retired->retired_at);
  EXPECT_THAT(live(), IsEmpty());
  EXPECT_EQ(count("subscriber_keys WHERE length(secret) > 0 AND tenant_id = " + quoted(tenant_.toString())), 0);
  EXPECT_TRUE(keys_.create(tenant_, kTwo, 1));
  EXPECT_THAT(keys_.list(tenant_), SizeIs(2));
}

TEST_F(SubscriberKeyStoreTest, FirstKeysAtOnceAreOne) {
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { made += keys_.create(tenant_, kOne, 1).has_value(); });
  }
  EXPECT_EQ(made, 1);
  EXPECT_THAT(live(), SizeIs(1));
}

TEST_F(SubscriberKeyStoreTest, TenantsKeepTheirKeysApart) {
  const auto key = keys_.create(tenant_, kOne, 2);
  const auto other = newTenant();
  EXPECT_THAT(keys_.live(other), IsEmpty());
  EXPECT_FALSE(keys_.retire(other, key->id));
}

TEST_F(SubscriberKeyStoreTest, TheFilesKeyRotatesWithOverlap) {
  keys_.create(tenant_, kThree, 2);
  keys_.reconcile(tenant_, kOne);
  keys_.reconcile(tenant_, kOne);
  EXPECT_THAT(live(), ElementsAre(kOne, kThree));
  keys_.reconcile(tenant_, kTwo);
  EXPECT_THAT(live(), ElementsAre(kTwo, kOne, kThree));
  keys_.reconcile(tenant_, std::string(40, '4'));
  EXPECT_THAT(live(), ElementsAre(std::string(40, '4'), kTwo, kThree));
  keys_.reconcile(tenant_, std::nullopt);
  EXPECT_THAT(live(), ElementsAre(kThree)) << "keys of the API are not the file's";
}

TEST_F(SubscriberKeyStoreTest, SecretsAreSealed) {
  keys_.create(tenant_, kOne, 2);
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.subscriber_keys WHERE position('\\x31313131'::bytea IN secret) > 0"),
            "0");
}

}  // namespace
}  // namespace belfry::pg::test
