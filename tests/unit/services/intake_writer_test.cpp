#include "services/intake/intake_writer.h"

#include "fakes.h"
#include "ports/chunk_intake.h"

namespace belfry::test {
namespace {

/// Keeps what is written; can be held, away, or refuse the rows whose key is "bad".
class FakeIntakeStore final : public IntakeStore {
 public:
  std::optional<IntakeOutcome> findKey(TenantId, const Digest256&, const Digest256&) override { return std::nullopt; }
  std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms&) override {
    std::unique_lock lock(mutex_);
    ++calls;
    entered_.notify_all();
    opened_.wait(lock, [this] { return !held_; });
    if (away-- > 0) throw StoreUnavailable("away");
    for (const auto& one : group)
      if (one.request.recipient.name == "bad") throw StoreRejected("bad row");
    groups.push_back(group.size());
    std::vector<IntakeOutcome> outcomes;
    for (const auto& one : group) {
      stored.push_back(one.id);
      outcomes.push_back(next_outcome ? *next_outcome : IntakeOutcome(Stored{}));
    }
    return outcomes;
  }
  /// The same with chunks; refuses one whose maker is "bad".
  GroupOutcomes write(std::span<const NewNotification> group, std::span<const NewChunk> chunks,
                      const ClaimTerms& terms) override {
    for (const auto& chunk : chunks)
      if (chunk.created_by == "bad") throw StoreRejected("bad chunk");
    GroupOutcomes outcomes{write(group, terms), {}};
    std::lock_guard lock(mutex_);
    chunk_groups.push_back(chunks.size());
    for (const auto& chunk : chunks) {
      chunks_stored.push_back(chunk.id);
      outcomes.chunks.push_back(ChunkStored{chunk.answer({chunk.items, std::nullopt, BatchState::open})});
    }
    return outcomes;
  }
  void hold() {
    std::lock_guard lock(mutex_);
    held_ = true;
  }
  void open() {
    std::lock_guard lock(mutex_);
    held_ = false;
    opened_.notify_all();
  }
  /// Waits until write() was entered so many times.
  bool waitForCalls(int count) {
    std::unique_lock lock(mutex_);
    return entered_.wait_for(lock, 10s, [&] { return calls >= count; });
  }

  // Read them when the writer has stopped, or while it is held.
  int calls = 0;
  std::atomic<int> away{0};
  std::vector<std::size_t> groups;
  std::vector<std::size_t> chunk_groups;  // of the groups with chunks
  std::vector<NotificationId> stored;
  std::vector<Uuid> chunks_stored;
  std::optional<IntakeOutcome> next_outcome;

 private:
  std::mutex mutex_;
  std::condition_variable entered_, opened_;
  bool held_ = false;
};

/// Counts what came back. Thread-safe.
struct Answers {
  IntakeWriter::Completion expect() {
    return [this](Result<IntakeOutcome, Problem> outcome) {
      std::lock_guard lock(mutex);
      if (!outcome) problems.push_back(outcome.error().code);
      else if (std::holds_alternative<Stored>(*outcome)) ++stored;
      else if (auto* replay = std::get_if<Replayed>(&*outcome)) replays.push_back(replay->response_json);
      else ++mismatches;
    };
  }
  std::size_t count() {
    std::lock_guard lock(mutex);
    return stored + mismatches + replays.size() + problems.size();
  }
  bool waitFor(std::size_t wanted) {
    return waitUntil(10s, [&] { return count() >= wanted; });
  }

  std::mutex mutex;
  std::size_t stored = 0, mismatches = 0;
  std::vector<std::string> replays;
  std::vector<ErrorCode> problems;
};

class IntakeWriterTest : public ::testing::Test {
 protected:
  NewNotification notification(const std::string& key = "", const std::string& request = "request") {
    NewNotification made;
    made.tenant = tenantNumber(1);
    made.id = NotificationId::mint(noon());
    made.deliveries = {{DeliveryId::mint(noon()), Channel::email}};
    if (!key.empty())
      made.idempotency = IdempotencyClaim{sha256(key), sha256(request), "answer " + made.id.toString(), noon()};
    return made;
  }

  NewChunk chunk(int items, const std::string& by = "service") {
    NewChunk made;
    made.tenant = tenantNumber(1);
    made.batch = BatchId::mint(noon());
    made.id = newUuidV7(noon());
    made.created_by = by;
    made.items = items;
    for (int i = 0; i < items; ++i) made.notifications.push_back(notification());
    made.answer = [](const BatchProgress& progress) { return "answer to " + std::to_string(progress.total_processed); };
    return made;
  }

  IntakeWriter::ChunkCompletion expectChunk() {
    return [this](Result<ChunkOutcome, Problem> outcome) {
      std::lock_guard lock(answers_.mutex);
      if (!outcome) answers_.problems.push_back(outcome.error().code);
      else answers_.replays.push_back(std::get<ChunkStored>(*outcome).response_json);
    };
  }

  std::unique_ptr<IntakeWriter> writer(IntakeWriterSettings settings = {}) {
    return std::make_unique<IntakeWriter>(store_, dispatch_, silentLog(), settings);
  }

  /// Starts a write that hangs, so that what is submitted meanwhile waits for the next group.
  void occupy(IntakeWriter& writer) {
    store_.hold();
    writer.submit(notification(), answers_.expect());
    ASSERT_TRUE(store_.waitForCalls(1));
  }

  FakeIntakeStore store_;
  Answers answers_;
  FakeDispatch dispatch_;
};

TEST_F(IntakeWriterTest, JoinsWhatArrivesWhileACommitRuns) {
  auto intake = writer();
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 99; ++i) intake->submit(notification(), answers_.expect());
  store_.open();
  EXPECT_TRUE(answers_.waitFor(100));
  intake->stop();
  EXPECT_EQ(answers_.stored, 100u);
  EXPECT_THAT(store_.groups, ElementsAre(1, 99));
  EXPECT_EQ(dispatch_.wakes, 2) << "the workers are told after each commit";
}

TEST_F(IntakeWriterTest, AGroupHasALimit) {
  auto intake = writer({.group_limit = 10});
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 25; ++i) intake->submit(notification(), answers_.expect());
  store_.open();
  EXPECT_TRUE(answers_.waitFor(26));
  intake->stop();
  EXPECT_THAT(store_.groups, ElementsAre(1, 10, 10, 5));
}

TEST_F(IntakeWriterTest, DoublesOfARequestAreOneRow) {
  auto intake = writer();
  intake->start();
  occupy(*intake);
  auto first = notification("key");
  intake->submit(first, answers_.expect());
  for (int i = 0; i < 5; ++i) intake->submit(notification("key"), answers_.expect());
  store_.open();
  EXPECT_TRUE(answers_.waitFor(7));
  intake->stop();
  EXPECT_THAT(store_.groups, ElementsAre(1, 1));
  EXPECT_EQ(answers_.stored, 2u);
  EXPECT_THAT(answers_.replays, SizeIs(5));
  EXPECT_THAT(answers_.replays, Each("answer " + first.id.toString()));
}

TEST_F(IntakeWriterTest, DoublesShareWhateverTheStoreSays) {
  auto intake = writer();
  intake->start();
  occupy(*intake);
  store_.next_outcome = IdempotencyMismatch{};
  for (int i = 0; i < 3; ++i) intake->submit(notification("key"), answers_.expect());
  store_.open();
  EXPECT_TRUE(answers_.waitFor(4));
  intake->stop();
  EXPECT_EQ(answers_.mismatches, 4u);
  EXPECT_EQ(dispatch_.wakes, 0) << "nothing was stored";
}

TEST_F(IntakeWriterTest, AnotherRequestUnderTheSameKeyWaitsForTheNextGroup) {
  auto intake = writer();
  intake->start();
  occupy(*intake);
  intake->submit(notification("key", "one"), answers_.expect());
  intake->submit(notification("key", "two"), answers_.expect());
  intake->submit(notification("other", "two"), answers_.expect());
  auto elsewhere = notification("key", "two");
  elsewhere.tenant = tenantNumber(2);
  intake->submit(elsewhere, answers_.expect());
  store_.open();
  EXPECT_TRUE(answers_.waitFor(5));
  intake->stop();
  EXPECT_THAT(store_.groups, ElementsAre(1, 3, 1));
}

TEST_F(IntakeWriterTest, ABadRowFailsAloneAndEveryOtherIsStored) {
  auto intake = writer();
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 50; ++i) {
    auto one = notification(i == 31 ? "key" : "");
    if (i == 17 || i == 31) one.request.recipient.name = "bad";
    intake->submit(one, answers_.expect());
    if (i == 31) intake->submit(notification("key"), answers_.expect());
  }
  store_.open();
  EXPECT_TRUE(answers_.waitFor(52));
  intake->stop();
  EXPECT_EQ(answers_.stored, 49u);
  EXPECT_THAT(answers_.problems, ElementsAre(ErrorCode::internal, ErrorCode::internal, ErrorCode::internal))
      << "two rows, and a double of one";
  EXPECT_THAT(store_.stored, SizeIs(49));
}

TEST_F(IntakeWriterTest, AFullQueueIsRefusedAtOnce) {
  auto intake = writer({.queue_limit = 3, .tenant_share_percent = 100});
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 3; ++i) intake->submit(notification(), answers_.expect());
  std::optional<Problem> refused;
  intake->submit(notification(), [&](auto outcome) { refused = outcome.error(); });
  ASSERT_TRUE(refused) << "before submit returns";
  EXPECT_EQ(refused->code, ErrorCode::overloaded);
  EXPECT_GT(refused->retry_after_s, 0);
  store_.open();
  EXPECT_TRUE(answers_.waitFor(4));
  EXPECT_EQ(answers_.stored, 4u);
}

TEST_F(IntakeWriterTest, AQueueIsFullByItsBytesToo) {
  auto intake = writer({.queue_bytes = 10000, .tenant_share_percent = 100});
  intake->start();
  occupy(*intake);
  auto large = notification();
  large.request.data_json = std::string(20000, ' ');
  intake->submit(large, answers_.expect());  // nothing else waits: even what is larger than all the room has its turn
  std::optional<Problem> refused;
  intake->submit(notification(), [&](auto outcome) { refused = outcome.error(); });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::overloaded);
  store_.open();
  EXPECT_TRUE(answers_.waitFor(2));
  intake->submit(notification(), answers_.expect());
  EXPECT_TRUE(answers_.waitFor(3));
  EXPECT_EQ(answers_.stored, 3u) << "what was written has left its room";
}

TEST_F(IntakeWriterTest, ATenantThatFillsItsShareIsLimitedAndTheOthersAreTaken) {
  auto intake = writer({.queue_limit = 10, .tenant_share_percent = 50});
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 5; ++i) intake->submit(notification(), answers_.expect());
  std::optional<Problem> refused;
  intake->submit(notification(), [&](auto outcome) { refused = outcome.error(); });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::rate_limited);
  EXPECT_GT(refused->retry_after_s, 0);
  for (std::uint8_t tenant = 2; tenant < 7; ++tenant) {
    auto other = notification();
    other.tenant = tenantNumber(tenant);
    intake->submit(other, answers_.expect());
  }
  auto last = notification();
  last.tenant = tenantNumber(7);
  intake->submit(last, [&](auto outcome) { refused = outcome.error(); });
  EXPECT_EQ(refused->code, ErrorCode::overloaded) << "now everything is full";
  store_.open();
  EXPECT_TRUE(answers_.waitFor(11));
  EXPECT_EQ(answers_.stored, 11u);
}

TEST_F(IntakeWriterTest, SendsAndChunksOfSeveralTenantsShareACommit) {
  auto intake = writer({.group_limit = 10});
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 3; ++i) intake->submit(notification(), answers_.expect());
  for (int i = 0; i < 2; ++i) {
    auto one = chunk(4);
    one.tenant = tenantNumber(static_cast<std::uint8_t>(1 + i));
    intake->submit(std::move(one), expectChunk());
  }
  store_.open();
  EXPECT_TRUE(answers_.waitFor(6));
  intake->stop();
  EXPECT_THAT(store_.groups, ElementsAre(1, 3));
  EXPECT_THAT(store_.chunk_groups, ElementsAre(2));
  EXPECT_THAT(answers_.replays, ElementsAre("answer to 4", "answer to 4"));
  EXPECT_EQ(dispatch_.wakes, 2);
}

TEST_F(IntakeWriterTest, AChunkIsNeverSplitAndSendsDoNotWaitForAllChunks) {
  auto intake = writer({.group_limit = 10});
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 3; ++i) intake->submit(chunk(25), expectChunk());
  for (int i = 0; i < 4; ++i) intake->submit(notification(), answers_.expect());
  store_.open();
  EXPECT_TRUE(answers_.waitFor(8));
  intake->stop();
  EXPECT_THAT(store_.groups, ElementsAre(1, 4, 0, 0)) << "the sends go with the first chunk";
  EXPECT_THAT(store_.chunk_groups, ElementsAre(1, 1, 1));
}

TEST_F(IntakeWriterTest, ABadChunkFailsAloneAndEverythingElseIsStored) {
  auto intake = writer();
  intake->start();
  occupy(*intake);
  for (int i = 0; i < 5; ++i) {
    intake->submit(notification(), answers_.expect());
    intake->submit(chunk(2, i == 3 ? "bad" : "service"), expectChunk());
  }
  store_.open();
  EXPECT_TRUE(answers_.waitFor(11));
  intake->stop();
  EXPECT_EQ(answers_.stored, 6u);
  EXPECT_THAT(answers_.problems, ElementsAre(ErrorCode::internal));
  EXPECT_THAT(store_.chunks_stored, SizeIs(4));
}

TEST_F(IntakeWriterTest, TriesAChunkAgainWithTheSameIds) {
  auto intake = writer();
  store_.away = 2;
  intake->start();
  auto one = chunk(3);
  const auto id = one.id;
  intake->submit(std::move(one), expectChunk());
  EXPECT_TRUE(answers_.waitFor(1));
  intake->stop();
  EXPECT_THAT(store_.chunks_stored, ElementsAre(id));
  EXPECT_EQ(store_.calls, 3);
}

TEST_F(IntakeWriterTest, TriesAgainWithTheSameIdsUntilTheDatabaseIsBack) {
  auto intake = writer();
  store_.away = 3;
  intake->start();
  auto one = notification();
  intake->submit(one, answers_.expect());
  EXPECT_TRUE(answers_.waitFor(1));
  intake->stop();
  EXPECT_EQ(answers_.stored, 1u);
  EXPECT_THAT(store_.stored, ElementsAre(one.id));
  EXPECT_EQ(store_.calls, 4);
}

TEST_F(IntakeWriterTest, GivesUpWhenTheDatabaseStaysAway) {
  auto intake = writer({.retry_for = 0ms});
  store_.away = 1000000;
  intake->start();
  intake->submit(notification("key"), answers_.expect());
  EXPECT_TRUE(answers_.waitFor(1));
  EXPECT_THAT(answers_.problems, ElementsAre(ErrorCode::overloaded));
  store_.away = 0;
  intake->submit(notification("key"), answers_.expect());
  EXPECT_TRUE(answers_.waitFor(2));
  EXPECT_EQ(answers_.stored, 1u) << "and goes on when it is back";
}

TEST_F(IntakeWriterTest, StopWritesWhatIsQueuedAndRefusesWhatComesLater) {
  auto intake = writer();
  for (int i = 0; i < 10; ++i) intake->submit(notification(), answers_.expect());
  intake->start();
  intake->stop();
  EXPECT_EQ(answers_.stored, 10u);
  intake->submit(notification(), answers_.expect());
  EXPECT_THAT(answers_.problems, ElementsAre(ErrorCode::overloaded));
}

TEST_F(IntakeWriterTest, StopEndsSoonWhileTheDatabaseIsAway) {
  auto intake = writer({.group_limit = 1, .retry_for = 3600s});
  store_.away = 1000000;
  intake->start();
  for (int i = 0; i < 20; ++i) intake->submit(notification(), answers_.expect());
  ASSERT_TRUE(store_.waitForCalls(1));
  intake->stop();
  EXPECT_THAT(answers_.problems, SizeIs(20)) << "each is answered, none waits an hour";
  EXPECT_LE(store_.calls, 20 + 40) << "and none is tried in a tight loop";
}

}  // namespace
}  // namespace belfry::test
