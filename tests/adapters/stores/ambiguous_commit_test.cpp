// The server commits, and the connection is lost before its answer comes: the writer submits the same ids again, and
// each client hears that its notification is stored, once.
#include <future>

#include "deaf_proxy.h"
#include "ports/chunk_intake.h"
#include "services/intake/intake_writer.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

using belfry::test::DeafProxy;

class AmbiguousCommit : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    // Connected, statements prepared and the tenant's key known before anything is lost.
    ASSERT_TRUE(std::holds_alternative<Stored>(intake_.write(std::span(&warm_up_, 1), kNoClaims).at(0)));
    clearDeliveries();
    writer_.start();
  }

  /// Waits for the rows, which the server has committed while nobody hears of it, and loses the connection.
  void loseTheAnswerOf(long notifications) {
    ASSERT_TRUE(waitUntil(20s, [&] { return count("notifications") == notifications; }));
    proxy_.cut();
  }

  const TenantId tenant_ = newTenant();
  const NewNotification warm_up_ = mail(tenant_);
  DeafProxy proxy_{database_->url()};
  Pool pool_{{.url = proxy_.url(), .role = "belfry_system", .size = 1, .application_name = "belfry-test"}, silentLog()};
  PgIntakeStore intake_{pool_, stores_->keyring};
  NoSlots no_slots_;
  IntakeWriter writer_{intake_, no_slots_, silentLog(), {}};
};

TEST_F(AmbiguousCommit, OfSendsIsNeitherLostNorDoubled) {
  proxy_.loseAnswerTo("notifications_insert");
  std::vector<std::future<IntakeOutcome>> told;
  for (const auto& one : {mail(tenant_), keyed(tenant_, "a"), keyed(tenant_, "b")}) {
    auto promise = std::make_shared<std::promise<IntakeOutcome>>();
    told.push_back(promise->get_future());
    writer_.submit(one, [promise](auto outcome) { promise->set_value(std::move(outcome).value()); });
  }
  // The first is a group of its own, or all of them are one.
  ASSERT_TRUE(waitUntil(20s, [&] { return count("notifications") >= 1; }));
  proxy_.cut();
  for (auto& one : told) EXPECT_TRUE(std::holds_alternative<Stored>(one.get()));
  EXPECT_GE(proxy_.cuts(), 1);
  EXPECT_EQ(count("notifications"), 3);
  EXPECT_EQ(count("work"), 3);
}

TEST_F(AmbiguousCommit, OfAChunkAndASendInOneGroupIsNeitherLostNorDoubled) {
  NewChunk chunk;
  chunk.tenant = tenant_;
  chunk.batch = BatchId::mint(stores_->clock.now());
  chunk.id = newUuidV7(stores_->clock.now());
  chunk.first = true;
  chunk.total_expected = 3;
  chunk.created_by = "key:test";
  chunk.items = 3;
  for (int i = 0; i < 3; ++i) chunk.notifications.push_back(mail(tenant_));
  for (auto& one : chunk.notifications) one.batch = chunk.batch;
  chunk.created_at = stores_->clock.now();
  chunk.idempotency = IdempotencyClaim{sha256("key"), sha256("request"), {}, chunk.created_at + 24h};
  chunk.answer = [](const BatchProgress& progress) { return std::string(toText(progress.state)); };

  proxy_.loseAnswerTo("COMMIT");
  std::promise<ChunkOutcome> told;
  writer_.submit(chunk, [&](auto outcome) { told.set_value(std::move(outcome).value()); });
  loseTheAnswerOf(3);  // the COMMIT's
  const auto outcome = told.get_future().get();
  ASSERT_TRUE(std::holds_alternative<ChunkStored>(outcome)) << "it is this client's own, not a replay";
  EXPECT_EQ(std::get<ChunkStored>(outcome).response_json, "closed");
  EXPECT_GE(proxy_.cuts(), 1);
  EXPECT_EQ(count("notifications"), 3);
  EXPECT_EQ(count("work"), 3);
  EXPECT_EQ(count("batches"), 1);
  EXPECT_EQ(stores_->batches.get(tenant_, chunk.batch)->progress.total_processed, 3);
}

}  // namespace
}  // namespace belfry::pg::test
