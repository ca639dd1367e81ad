// Chunks of batches as PostgreSQL takes them in: each wholly or not at all, and once whoever asks how often.
#include <barrier>
#include <thread>

#include "ports/chunk_intake.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class BatchStoreTest : public StoreSuite {
 protected:
  void SetUp() override { clearDeliveries(); }

  static constexpr const char* kToken = "token";

  /// The chunk that creates a batch.
  static NewChunk first(TenantId tenant, int items, std::optional<std::int64_t> expected = std::nullopt) {
    NewChunk chunk;
    chunk.tenant = tenant;
    chunk.batch = BatchId::mint(stores_->clock.now());
    chunk.first = true;
    chunk.total_expected = expected;
    chunk.created_by = "key:test";
    return withItems(std::move(chunk), items);
  }

  static NewChunk next(const NewChunk& before, std::int32_t index, int items, const std::string& content = "body") {
    NewChunk chunk;
    chunk.tenant = before.tenant;
    chunk.batch = before.batch;
    chunk.index = index;
    return withItems(std::move(chunk), items, content);
  }

  static NewChunk withItems(NewChunk chunk, int items, const std::string& content = "body") {
    chunk.id = newUuidV7(stores_->clock.now());
    chunk.token_hash = sha256(kToken);
    chunk.content_hash = sha256(content);
    chunk.created_at = stores_->clock.now();
    chunk.items = items;
    for (int i = 0; i < items; ++i) {
      chunk.notifications.push_back(mail(chunk.tenant));
      chunk.notifications.back().batch = chunk.batch;
    }
    chunk.answer = [id = chunk.id](const BatchProgress& progress) {
      return id.toString() + " " + std::to_string(progress.total_processed) + " " + std::string(toText(progress.state));
    };
    return chunk;
  }

  static NewChunk withKey(NewChunk chunk, const std::string& key, const std::string& request = "request") {
    chunk.idempotency = IdempotencyClaim{sha256(key), sha256(request), {}, chunk.created_at + 24h};
    return chunk;
  }

  static ChunkOutcome write(const NewChunk& chunk) {
    return std::move(stores_->intake.write({}, {&chunk, 1}, kNoClaims).chunks.at(0));
  }

  static std::string stored(const ChunkOutcome& outcome) {
    const auto* taken = std::get_if<ChunkStored>(&outcome);
    return taken ? taken->response_json : "not stored";
  }
  static std::string replayed(const ChunkOutcome& outcome) {
    const auto* replay = std::get_if<Replayed>(&outcome);
    return replay ? replay->response_json : "not replayed";
  }
  static std::optional<ChunkRefusal> refusal(const ChunkOutcome& outcome) {
    const auto* refused = std::get_if<ChunkRefused>(&outcome);
    return refused ? std::optional(refused->why) : std::nullopt;
  }

  static std::vector<long> rowCounts() {
    return {count("batches"), count("batch_chunks"), count("notifications"),
            count("work"),    count("outbox"),       count("idempotency_keys")};
  }
};

TEST_F(BatchStoreTest, AFirstChunkMakesTheBatchAndOthersAreAppended) {
  const auto tenant = newTenant();
  const auto begin = first(tenant, 3, 7);
  EXPECT_EQ(stored(write(begin)), begin.id.toString() + " 3 open");
  auto second = next(begin, 1, 2);
  second.items = 3;
  second.rejected = 1;
  EXPECT_EQ(stored(write(second)), second.id.toString() + " 6 open");
  EXPECT_THAT(rowCounts(), ElementsAre(1, 2, 5, 5, 5, 0));

  const auto batch = stores_->batches.get(tenant, begin.batch);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->progress.total_processed, 6);
  EXPECT_EQ(batch->progress.total_expected, 7);
  EXPECT_EQ(batch->total_rejected, 1);
  EXPECT_EQ(batch->created_by, "key:test");
  EXPECT_EQ(batch->state(), BatchState::open);
  EXPECT_THAT(batch->by_status, ElementsAre(std::pair(DeliveryState::queued, 5)));
  const auto listed = stores_->notifications.list(tenant, {.batch = begin.batch.value}, std::nullopt, 100);
  EXPECT_EQ(listed.size(), 5u);
}

TEST_F(BatchStoreTest, ABatchThatHasAllIsClosedAndCompletedOnceNothingIsLive) {
  const auto tenant = newTenant();
  const auto begin = first(tenant, 2, 3);
  write(begin);
  EXPECT_EQ(refusal(write(next(begin, 1, 2))), ChunkRefusal::too_many);
  const auto last = next(begin, 2, 1);
  EXPECT_EQ(stored(write(last)), last.id.toString() + " 3 closed");
  EXPECT_EQ(refusal(write(next(begin, 3, 1))), ChunkRefusal::not_open);
  EXPECT_EQ(replayed(write(next(begin, 2, 1))), last.id.toString() + " 3 closed") << "a repeat is no new chunk";
  EXPECT_EQ(stores_->batches.get(tenant, begin.batch)->state(), BatchState::closed);

  sql("DELETE FROM belfry.work");
  sql("UPDATE belfry.deliveries SET status = (ARRAY['sent', 'delivered', 'bounced'])[n] FROM (SELECT id AS d, "
      "row_number() OVER () AS n FROM belfry.deliveries) x WHERE id = d");
  const auto batch = *stores_->batches.get(tenant, begin.batch);
  EXPECT_EQ(batch.state(), BatchState::completed);
  EXPECT_EQ(batch.sent(), 2);
  EXPECT_EQ(batch.delivered(), 1);
  EXPECT_EQ(batch.failed(), 1);
}

TEST_F(BatchStoreTest, ANotificationOfSeveralDeliveriesCountsOnce) {
  const auto tenant = newTenant();
  auto begin = first(tenant, 2);
  begin.notifications[0].deliveries.push_back({DeliveryId::mint(stores_->clock.now()), Channel::sms});
  write(begin);
  EXPECT_EQ(count("deliveries"), 3);
  EXPECT_THAT(stores_->batches.get(tenant, begin.batch)->by_status, ElementsAre(std::pair(DeliveryState::queued, 2)));
}

TEST_F(BatchStoreTest, AChunkSentAgainIsAnsweredAsTheFirstTime) {
  const auto begin = first(newTenant(), 2);
  write(begin);
  const auto chunk = next(begin, 1, 2);
  const auto answer = stored(write(chunk));
  write(next(begin, 2, 1));
  const auto before = rowCounts();
  EXPECT_EQ(replayed(write(next(begin, 1, 2))), answer);
  EXPECT_EQ(rowCounts(), before);
}

TEST_F(BatchStoreTest, AnotherBodyUnderAnIndexIsRefused) {
  const auto begin = first(newTenant(), 2);
  write(begin);
  write(next(begin, 1, 2));
  const auto before = rowCounts();
  EXPECT_EQ(refusal(write(next(begin, 1, 2, "another body"))), ChunkRefusal::other_content);
  EXPECT_EQ(refusal(write(next(begin, 0, 2))), ChunkRefusal::other_content) << "that of send-batch";
  EXPECT_EQ(rowCounts(), before);
}

TEST_F(BatchStoreTest, OnlyWhoHasTheTokenAppendsAndOnlyToTheTenantsOwn) {
  const auto begin = first(newTenant(), 1);
  write(begin);
  auto stranger = next(begin, 1, 1);
  stranger.token_hash = sha256("guess");
  EXPECT_EQ(refusal(write(stranger)), ChunkRefusal::wrong_token);
  auto elsewhere = begin;
  elsewhere.tenant = newTenant();
  EXPECT_EQ(refusal(write(next(elsewhere, 1, 1))), ChunkRefusal::no_such_batch);
  EXPECT_FALSE(stores_->batches.get(elsewhere.tenant, begin.batch));
  EXPECT_FALSE(stores_->batches.exists(elsewhere.tenant, begin.batch));
  EXPECT_THAT(rowCounts(), ElementsAre(1, 1, 1, 1, 1, 0));
}

TEST_F(BatchStoreTest, AChunkWrittenAgainAfterAnAmbiguousCommitIsNotDoubled) {
  const auto tenant = newTenant();
  const auto begin = withKey(first(tenant, 2, 4), "key");
  const auto second = next(begin, 1, 2);
  const std::vector<NewNotification> singles{mail(tenant), keyed(tenant, "single")};
  const auto answer = stored(write(begin));
  const auto told = stores_->intake.write(singles, {&second, 1}, kNoClaims);
  const auto before = rowCounts();
  EXPECT_EQ(stored(write(begin)), answer) << "stored by this submission itself, no replay";
  const auto again = stores_->intake.write(singles, {&second, 1}, kNoClaims);
  EXPECT_EQ(stored(again.chunks.at(0)), stored(told.chunks.at(0)));
  for (const auto& outcome : again.notifications) EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
  EXPECT_EQ(rowCounts(), before);
}

TEST_F(BatchStoreTest, TheKeyOfASendBatchReplaysItsAnswerAndMakesNoSecondBatch) {
  const auto tenant = newTenant();
  const auto begin = withKey(first(tenant, 2), "key");
  const auto answer = stored(write(begin));
  EXPECT_EQ(replayed(write(withKey(first(tenant, 2), "key"))), answer);
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(write(withKey(first(tenant, 2), "key", "other"))));
  EXPECT_TRUE(std::holds_alternative<ChunkStored>(write(withKey(first(newTenant(), 1), "key"))));
  EXPECT_EQ(count("batches"), 2);
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.batch_chunks WHERE response IS NOT NULL"), "0")
      << "the answer of a first chunk holds the token, and only its key keeps it";
}

TEST_F(BatchStoreTest, AKeyThatComesWithAnotherChunkOfItsIndexKeepsTheFirstAnswer) {
  const auto begin = first(newTenant(), 1);
  write(begin);
  const auto answer = stored(write(next(begin, 1, 1)));
  EXPECT_EQ(replayed(write(withKey(next(begin, 1, 1), "late key"))), answer);
  EXPECT_EQ(replayed(write(withKey(next(begin, 1, 1), "late key"))), answer);
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(write(withKey(next(begin, 2, 1), "late key", "other"))));
  EXPECT_EQ(refusal(write(withKey(next(begin, 1, 1, "another body"), "unused key"))), ChunkRefusal::other_content);
  EXPECT_EQ(count("idempotency_keys"), 1) << "what was refused leaves its key free";
}

TEST_F(BatchStoreTest, AGroupOfTenantsChunksAndSendsIsOneCommit) {
  const auto one = newTenant(), two = newTenant();
  const std::vector<NewChunk> chunks{first(one, 3), first(two, 2), withKey(first(one, 1), "key"),
                                     withKey(first(one, 1), "key")};
  const std::vector<NewNotification> singles{mail(one), keyed(two, "key"), keyed(one, "key", "a send")};
  const auto outcomes = stores_->intake.write(singles, chunks, kNoClaims);
  EXPECT_EQ(replayed(outcomes.chunks[3]), stored(outcomes.chunks[2])) << "doubles within a group";
  EXPECT_TRUE(std::holds_alternative<Stored>(outcomes.notifications[0]));
  EXPECT_TRUE(std::holds_alternative<Stored>(outcomes.notifications[1]));
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(outcomes.notifications[2]));
  EXPECT_THAT(rowCounts(), ElementsAre(3, 3, 8, 8, 8, 2));
  EXPECT_EQ(scalar("SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM belfry.notifications UNION ALL SELECT "
                   "xmin::text FROM belfry.batch_chunks UNION ALL SELECT xmin::text FROM belfry.batches) t"),
            "1");
}

TEST_F(BatchStoreTest, ABadRowLeavesNothingOfItsChunk) {
  const auto tenant = newTenant();
  const auto begin = first(tenant, 2);
  write(begin);
  const auto before = rowCounts();
  auto bad = withKey(next(begin, 1, 3), "key");
  bad.notifications[1].request.template_ref = TemplateRef{std::string("nul\0key", 7), 1, "en"};
  EXPECT_THROW(write(bad), StoreRejected);
  EXPECT_EQ(rowCounts(), before);
  EXPECT_EQ(stores_->batches.get(tenant, begin.batch)->progress.total_processed, 2);
  EXPECT_TRUE(std::holds_alternative<ChunkStored>(write(withKey(next(begin, 1, 3), "key"))));
}

TEST_F(BatchStoreTest, OfOneChunkOnManyConnectionsOneIsStored) {
  constexpr int kThreads = 6, kChunks = 15;
  const auto begin = first(newTenant(), 1, 1 + kChunks * 2);
  write(begin);
  std::vector<std::vector<NewChunk>> asked(kThreads);
  for (auto& list : asked)
    for (int i = 1; i <= kChunks; ++i) list.push_back(next(begin, i, 2));
  std::vector<std::vector<ChunkOutcome>> told(kThreads);
  std::barrier together(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (const auto& chunk : asked[t]) {
          together.arrive_and_wait();
          told[t].push_back(write(chunk));
        }
      });
  }
  for (int i = 0; i < kChunks; ++i) {
    std::vector<std::string> fresh;
    for (int t = 0; t < kThreads; ++t)
      if (std::holds_alternative<ChunkStored>(told[t][i])) fresh.push_back(stored(told[t][i]));
    ASSERT_THAT(fresh, SizeIs(1)) << i;
    for (int t = 0; t < kThreads; ++t) {
      if (std::holds_alternative<ChunkStored>(told[t][i])) continue;
      EXPECT_EQ(replayed(told[t][i]), fresh[0]);
    }
  }
  EXPECT_EQ(count("notifications"), 1 + kChunks * 2);
  EXPECT_EQ(stores_->batches.get(begin.tenant, begin.batch)->state(), BatchState::closed);
}

TEST_F(BatchStoreTest, OfOneKeyOnManyConnectionsOneBatchIsMade) {
  constexpr int kThreads = 6, kRounds = 15;
  const auto tenant = newTenant();
  std::vector<std::vector<ChunkOutcome>> told(kThreads);
  std::barrier together(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRounds; ++i) {
          const auto chunk = withKey(first(tenant, 2), "round " + std::to_string(i));
          together.arrive_and_wait();
          told[t].push_back(write(chunk));
        }
      });
  }
  for (int i = 0; i < kRounds; ++i) {
    std::set<std::string> answers;
    int fresh = 0;
    for (int t = 0; t < kThreads; ++t) {
      const bool is_fresh = std::holds_alternative<ChunkStored>(told[t][i]);
      fresh += is_fresh;
      answers.insert(is_fresh ? stored(told[t][i]) : replayed(told[t][i]));
    }
    EXPECT_EQ(fresh, 1);
    EXPECT_THAT(answers, SizeIs(1));
  }
  EXPECT_EQ(count("batches"), kRounds);
  EXPECT_EQ(count("notifications"), kRounds * 2);
}

TEST_F(BatchStoreTest, GroupsOverTheSameBatchesInOppositeOrderDoNotDeadlock) {
  const auto tenant = newTenant();
  std::vector<NewChunk> batches;
  for (int i = 0; i < 20; ++i) batches.push_back(first(tenant, 1));
  stores_->intake.write({}, batches, kNoClaims);
  std::vector<std::vector<NewChunk>> groups(2);
  std::vector<std::vector<NewNotification>> singles(2);
  for (int i = 0; i < 20; ++i) {
    groups[0].push_back(withKey(next(batches[i], 1, 1), "chunk " + std::to_string(i)));
    groups[1].push_back(withKey(next(batches[19 - i], 1, 1), "chunk " + std::to_string(19 - i)));
    singles[0].push_back(keyed(tenant, "single " + std::to_string(i)));
    singles[1].push_back(keyed(tenant, "single " + std::to_string(19 - i)));
  }
  std::barrier together(2);
  std::vector<GroupOutcomes> told(2);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i)
      threads.emplace_back([&, i] {
        together.arrive_and_wait();
        told[i] = stores_->intake.write(singles[i], groups[i], kNoClaims);
      });
  }
  int taken = 0, single = 0;
  for (const auto& outcomes : told) {
    for (const auto& outcome : outcomes.chunks) taken += std::holds_alternative<ChunkStored>(outcome);
    for (const auto& outcome : outcomes.notifications) single += std::holds_alternative<Stored>(outcome);
  }
  EXPECT_EQ(taken, 20);
  EXPECT_EQ(single, 20);
  EXPECT_EQ(count("notifications"), 60);
}

TEST_F(BatchStoreTest, DevicesOfManyUsersComeAtOnce) {
  const auto tenant = newTenant();
  for (const std::string user : {"ada", "grace"}) {
    NewDevice device;
    device.token = "token of " + user;
    device.platform = Platform::ios;
    stores_->devices.put(tenant, user, device, 10);
  }
  const std::vector<std::string> users{"ada", "grace", "nobody"};
  const auto found = stores_->devices.liveOf(tenant, users);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at("ada"), stores_->devices.live(tenant, "ada"));
  EXPECT_EQ(found.at("grace").at(0).token, "token of grace");
}

}  // namespace
}  // namespace belfry::pg::test
