// Raw callbacks on a real PostgreSQL: kept as they came, found again, replayed.
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class CallbackStoreTest : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }

  static StoredCallback callback(TenantId tenant = tenant_, const std::string& provider = "mail") {
    StoredCallback made{CallbackId::mint(stores_->clock.now()), tenant, provider, "sendgrid", {}};
    made.raw.method = "POST";
    made.raw.url = "https://host.test/webhooks/sendgrid/abc?x=1";
    made.raw.query = "x=1";
    made.raw.headers = {{"x-signature", "sig"}, {"x-odd", std::string("\xff\x01", 2)}, {"x-signature", "twice"}};
    made.raw.body = std::string("{\"a\":1}\0\xfe", 9);
    made.raw.received_at = stores_->clock.now();
    return made;
  }
  static StoredCallback stored(TenantId tenant = tenant_, const std::string& provider = "mail") {
    auto made = callback(tenant, provider);
    stores_->callbacks.store({&made, 1});
    return made;
  }

  static inline TenantId tenant_;
};

TEST_F(CallbackStoreTest, KeepsEveryByteSealed) {
  auto made = stored();
  auto view = stores_->callbacks.get(tenant_, made.id);
  ASSERT_TRUE(view && view->raw);
  EXPECT_EQ(view->state, CallbackState::received);
  EXPECT_EQ(view->raw->headers, made.raw.headers);
  EXPECT_EQ(view->raw->body, made.raw.body);
  EXPECT_EQ(view->raw->url, made.raw.url);
  EXPECT_EQ(view->raw->query, made.raw.query);
  EXPECT_EQ(view->raw->method, "POST");
  EXPECT_EQ(view->raw->received_at, made.raw.received_at);
  EXPECT_EQ(count("inbound_callbacks WHERE position('x-signature'::bytea IN request) > 0"), 0);
  EXPECT_FALSE(stores_->callbacks.get(newTenant(), made.id));
}

TEST_F(CallbackStoreTest, StoringAGroupTwiceAddsNothing) {
  std::vector<StoredCallback> group{callback(), callback(), callback(newTenant())};
  stores_->callbacks.store(group);
  stores_->callbacks.store(group);
  stores_->callbacks.store({});
  EXPECT_EQ(count("inbound_callbacks"), 3);
}

TEST_F(CallbackStoreTest, TheFirstEndCounts) {
  auto made = stored();
  stores_->callbacks.finish(tenant_, made.id, {CallbackState::refused, "bad_signature", "no"});
  stores_->callbacks.finish(tenant_, made.id, {CallbackState::failed, "late", ""});
  auto view = stores_->callbacks.get(tenant_, made.id);
  EXPECT_EQ(view->state, CallbackState::refused);
  EXPECT_EQ(view->reason, "bad_signature");
  EXPECT_TRUE(view->processed_at);
}

TEST_F(CallbackStoreTest, WhatWasLeftIsTakenOnceAndGivenUpInTheEnd) {
  auto made = stored();
  EXPECT_THAT(stores_->callbacks.takeLeft(1h, 3, 10), IsEmpty());
  sql("UPDATE belfry.inbound_callbacks SET begun_at = now() - interval '2 hours'");
  auto left = stores_->callbacks.takeLeft(1h, 3, 10);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].id, made.id);
  EXPECT_EQ(left[0].raw.body, made.raw.body);
  EXPECT_EQ(left[0].raw.received_at, made.raw.received_at);
  EXPECT_THAT(stores_->callbacks.takeLeft(1h, 3, 10), IsEmpty());
  EXPECT_THAT(stores_->callbacks.takeLeft(0s, 3, 10), SizeIs(1));
  EXPECT_THAT(stores_->callbacks.takeLeft(0s, 3, 10), IsEmpty());
  EXPECT_EQ(stores_->callbacks.get(tenant_, made.id)->reason, "gave_up");
}

TEST_F(CallbackStoreTest, ListsByStateProviderAndTimeInPages) {
  std::vector<CallbackId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(stored(tenant_, i % 2 ? "sms" : "mail").id);
  stored(newTenant());
  stores_->callbacks.finish(tenant_, ids[0], {CallbackState::refused, "stale", ""});
  auto idsOf = [](const std::vector<CallbackView>& views) {
    std::vector<CallbackId> found;
    for (const auto& view : views) found.push_back(view.id);
    return found;
  };
  EXPECT_THAT(idsOf(stores_->callbacks.list(tenant_, {}, {}, 2)), ElementsAre(ids[4], ids[3]));
  EXPECT_THAT(idsOf(stores_->callbacks.list(tenant_, {}, ids[3], 9)), ElementsAre(ids[2], ids[1], ids[0]));
  EXPECT_THAT(idsOf(stores_->callbacks.list(tenant_, {CallbackState::refused, "", {}, {}}, {}, 9)),
              ElementsAre(ids[0]));
  EXPECT_THAT(idsOf(stores_->callbacks.list(tenant_, {{}, "sms", {}, {}}, {}, 9)), ElementsAre(ids[3], ids[1]));
  EXPECT_THAT(stores_->callbacks.list(tenant_, {{}, "", stores_->clock.now() + 1h, {}}, {}, 9), IsEmpty());
}

TEST_F(CallbackStoreTest, ReopenedOnesAreTakenAtOnce) {
  auto one = stored(), other = stored();
  for (const auto& made : {one, other})
    stores_->callbacks.finish(tenant_, made.id, {CallbackState::failed, "plugin_error", ""});
  EXPECT_EQ(stores_->callbacks.reopenAll(tenant_, {CallbackState::failed, "mail", {}, {}}, 10, true), 2);
  EXPECT_THAT(stores_->callbacks.takeLeft(1h, 3, 10), IsEmpty());
  EXPECT_EQ(stores_->callbacks.reopenAll(tenant_, {CallbackState::failed, "", {}, {}}, 1, false), 1);
  EXPECT_THAT(stores_->callbacks.takeLeft(1h, 3, 10), SizeIs(1));
  auto again = stores_->callbacks.reopen(tenant_, other.id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->raw.received_at, other.raw.received_at);
  EXPECT_EQ(stores_->callbacks.get(tenant_, other.id)->state, CallbackState::received);
  EXPECT_FALSE(stores_->callbacks.reopen(newTenant(), other.id));
}

TEST_F(CallbackStoreTest, PrunesWhatIsOldAndEnded) {
  auto ended = stored(), open = stored();
  stores_->callbacks.finish(tenant_, ended.id, {CallbackState::processed, "", ""});
  EXPECT_EQ(stores_->callbacks.prune(1h, 10), 0);
  EXPECT_EQ(stores_->callbacks.prune(-1h, 10), 1);
  EXPECT_TRUE(stores_->callbacks.get(tenant_, open.id));
}

}  // namespace
}  // namespace belfry::pg::test
