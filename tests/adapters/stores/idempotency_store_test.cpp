#include <barrier>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class IdempotencyStoreTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    tenant_ = newTenant();
  }

  IdempotencyStart begin(const std::string& request = "request", Duration lock = 1h) {
    return stores_->idempotency.begin(tenant_, key_, sha256(request), lock, stores_->clock.now() + 24h);
  }

  Uuid begun(const std::string& request = "request") {
    auto start = begin(request);
    EXPECT_TRUE(std::holds_alternative<IdempotencyBegun>(start));
    return std::get<IdempotencyBegun>(start).ticket;
  }

  static void loseTheOwner() { sql("UPDATE belfry.idempotency_keys SET locked_until = now() - interval '1 second'"); }

  TenantId tenant_;
  const Digest256 key_ = sha256("key");
};

TEST_F(IdempotencyStoreTest, ReplaysWhatWasFinished) {
  auto ticket = begun();
  EXPECT_TRUE(std::holds_alternative<IdempotencyInProgress>(begin()));
  stores_->idempotency.finish(tenant_, key_, ticket, 201, R"({"id":"x"})");
  auto again = begin();
  ASSERT_TRUE(std::holds_alternative<Replayed>(again));
  EXPECT_EQ(std::get<Replayed>(again).status, 201);
  EXPECT_EQ(std::get<Replayed>(again).response_json, R"({"id":"x"})");
}

TEST_F(IdempotencyStoreTest, AnotherRequestIsAMismatchBeforeAndAfterTheEnd) {
  auto ticket = begun();
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(begin("another")));
  stores_->idempotency.finish(tenant_, key_, ticket, 201, "{}");
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(begin("another")));
}

TEST_F(IdempotencyStoreTest, WhatWasAbandonedIsFree) {
  stores_->idempotency.abandon(tenant_, key_, begun());
  EXPECT_EQ(count("idempotency_keys"), 0);
  begun("another");
}

TEST_F(IdempotencyStoreTest, AVanishedOwnersKeyIsFreeForTheSameRequest) {
  auto first = begun();
  loseTheOwner();
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(begin("another"))) << "the first may have changed something";
  auto second = begun();
  EXPECT_NE(first, second);
  // The first comes back: nothing that it says counts any more.
  stores_->idempotency.finish(tenant_, key_, first, 500, "first");
  stores_->idempotency.abandon(tenant_, key_, first);
  stores_->idempotency.finish(tenant_, key_, second, 201, "second");
  EXPECT_EQ(std::get<Replayed>(begin()).response_json, "second");
  stores_->idempotency.abandon(tenant_, key_, second);
  EXPECT_TRUE(std::holds_alternative<Replayed>(begin())) << "what is finished cannot be abandoned";
}

TEST_F(IdempotencyStoreTest, AnExpiredKeyIsFreeForAnyRequest) {
  stores_->idempotency.finish(tenant_, key_, begun(), 201, "{}");
  sql("UPDATE belfry.idempotency_keys SET expires_at = now() - interval '1 second'");
  auto ticket = begun("another");
  stores_->idempotency.finish(tenant_, key_, ticket, 200, "new");
  EXPECT_EQ(std::get<Replayed>(begin("another")).response_json, "new");
}

TEST_F(IdempotencyStoreTest, AKeyBelongsToItsTenant) {
  begun();
  tenant_ = newTenant();
  begun("another");
}

TEST_F(IdempotencyStoreTest, ASendsKeyCannotBeTakenByAnotherOperation) {
  auto sent = keyed(tenant_, "key", "request");
  store(sent);
  auto start = begin();
  ASSERT_TRUE(std::holds_alternative<Replayed>(start));
  EXPECT_EQ(std::get<Replayed>(start).response_json, sent.idempotency->response_json);
}

TEST_F(IdempotencyStoreTest, OfConcurrentRequestsOneBegins) {
  constexpr int kThreads = 4;
  std::barrier together(kThreads);
  for (int round = 0; round < 10; ++round) {
    clearDeliveries();
    std::atomic<int> begun_count{0}, waiting{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        together.arrive_and_wait();
        auto start = begin();
        begun_count += std::holds_alternative<IdempotencyBegun>(start);
        waiting += std::holds_alternative<IdempotencyInProgress>(start);
      });
    threads.clear();
    EXPECT_EQ(begun_count, 1);
    EXPECT_EQ(waiting, kThreads - 1);
  }
}

}  // namespace
}  // namespace belfry::pg::test
