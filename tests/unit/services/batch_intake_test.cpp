#include "services/intake/batch_intake.h"

#include "adapters/datetz/system_time_zones.h"
#include "intake_fakes.h"

namespace belfry::test {
namespace {

/// Keeps the chunks, and says of each what it is told to.
class ChunkStore final : public IntakeStore {
 public:
  std::optional<IntakeOutcome> findKey(TenantId, const Digest256&, const Digest256&) override { return std::nullopt; }
  std::vector<IntakeOutcome> write(std::span<const NewNotification>, const ClaimTerms&) override { return {}; }
  GroupOutcomes write(std::span<const NewNotification>, std::span<const NewChunk> given, const ClaimTerms&) override {
    GroupOutcomes outcomes;
    for (const auto& chunk : given) {
      chunks.push_back(chunk);
      outcomes.chunks.push_back(
          outcome ? *outcome : ChunkOutcome(ChunkStored{chunk.answer({70, chunk.total_expected, BatchState::open})}));
    }
    return outcomes;
  }
  std::vector<NewChunk> chunks;
  std::optional<ChunkOutcome> outcome;
};

class BatchIntakeTest : public ::testing::Test {
 protected:
  BatchIntakeTest() {
    catalogue_.add("mail");
    directory_.reload();
    caller_.tenant = catalogue_.tenant.id;
    caller_.subject = "key:orders";
    for (int i = 0; i < 3; ++i) command_.items.emplace_back(mail());
    command_.content_hash = sha256("body");
  }

  static SendCommand mail() {
    SendCommand command;
    command.channels = {Channel::email};
    command.request.recipient.email = "ada@example.test";
    command.request.content[Channel::email] = {{"text", "Hello"}};
    return command;
  }

  void append() {
    command_.batch = BatchId::mint(noon());
    command_.token = "token";
    command_.index = 7;
  }

  /// Sends, and lets the writer finish.
  Result<SendAnswer, Problem> send() {
    std::optional<Result<SendAnswer, Problem>> answer;
    IntakeWriter writer(store_, dispatch_, silentLog(), {});
    Intake intake({directory_, templates_, devices_, store_, numbers_, zones_, previews_, plugins_, writer, writer,
                   clock_, nullptr},
                  [](const Accepted&) { return ""; }, {});
    BatchIntake batches(intake, writer, 24h);
    batches.send(
        caller_, command_,
        [&](const ChunkAnswer& told) {
          told_ = told;
          return "answer";
        },
        [&](auto outcome) { answer = std::move(outcome); });
    writer.start();
    writer.stop();
    EXPECT_TRUE(answer) << "answered exactly once";
    return answer ? *answer : Result<SendAnswer, Problem>(failure(Problem{ErrorCode::internal, "no answer", {}, 0}));
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  FakeTemplates store_of_templates_;
  StillClock clock_;
  ChunkStore store_;
  FakeDispatch dispatch_;
  datetz::SystemTimeZones zones_;
  FakeDevices devices_;
  SpanishNumbers numbers_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  FakeEngines engines_;
  Renderer renderer_{store_of_templates_, engines_};
  DeliveryPreviews previews_{directory_, renderer_};
  TemplateResolver templates_{store_of_templates_};
  Caller caller_;
  ChunkCommand command_;
  ChunkAnswer told_;
};

TEST_F(BatchIntakeTest, AFirstChunkCreatesABatchWithATokenOfWhichTheHashIsStored) {
  command_.total_expected = 100;
  const auto answer = send();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body_json, "answer");
  EXPECT_FALSE(answer->replayed);
  ASSERT_THAT(store_.chunks, SizeIs(1));
  const auto& chunk = store_.chunks[0];
  EXPECT_TRUE(chunk.first);
  EXPECT_EQ(chunk.total_expected, 100);
  EXPECT_EQ(chunk.created_by, "key:orders");
  EXPECT_EQ(chunk.items, 3);
  EXPECT_EQ(chunk.rejected, 0);
  EXPECT_EQ(chunk.content_hash, sha256("body"));
  ASSERT_THAT(chunk.notifications, SizeIs(3));
  for (const auto& notification : chunk.notifications) EXPECT_EQ(notification.batch, chunk.batch);
  EXPECT_EQ(told_.batch, chunk.batch);
  EXPECT_EQ(sha256(told_.token), chunk.token_hash);
  EXPECT_EQ(told_.token.size(), 32u);
  EXPECT_EQ(told_.items, 3);
  EXPECT_EQ(told_.progress.total_processed, 70);
  const auto token = told_.token;
  EXPECT_TRUE(send().ok());
  EXPECT_NE(told_.token, token);
}

TEST_F(BatchIntakeTest, AnAppendedChunkShowsItsTokenAndIsToldNone) {
  append();
  EXPECT_TRUE(send().ok());
  const auto& chunk = store_.chunks.at(0);
  EXPECT_FALSE(chunk.first);
  EXPECT_EQ(chunk.batch, *command_.batch);
  EXPECT_EQ(chunk.index, 7);
  EXPECT_EQ(chunk.token_hash, sha256("token"));
  EXPECT_EQ(told_.token, "");
}

TEST_F(BatchIntakeTest, BadItemsDoNotSpoilTheOthers) {
  command_.items.emplace_back(
      failure(std::vector<FieldError>{{"/notifications/3/chanel", FieldErrorCode::unknown_field, "", "", ""}}));
  command_.items[0]->request.recipient.email = "nobody";
  command_.items[1]->dry_run = true;
  EXPECT_TRUE(send().ok());
  const auto& chunk = store_.chunks.at(0);
  EXPECT_EQ(chunk.items, 4);
  EXPECT_EQ(chunk.rejected, 3);
  EXPECT_THAT(chunk.notifications, SizeIs(1));
  ASSERT_THAT(told_.rejected, SizeIs(3));
  const auto found = [&](std::size_t i) {
    return std::to_string(told_.rejected[i].index) + " " + told_.rejected[i].errors.at(0).pointer + " " +
           std::string(toText(told_.rejected[i].errors[0].code));
  };
  EXPECT_EQ(found(0), "0 /recipient/email not_an_address");
  EXPECT_EQ(found(1), "1 /dryRun not_allowed");
  EXPECT_EQ(found(2), "3 /notifications/3/chanel unknown_field");
}

TEST_F(BatchIntakeTest, AChunkWithoutAnyGoodItemIsStillTaken) {
  for (auto& item : command_.items) item->request.recipient.email = "nobody";
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(store_.chunks.at(0).rejected, 3);
  EXPECT_THAT(store_.chunks[0].notifications, IsEmpty());
}

TEST_F(BatchIntakeTest, MoreThanExpectedIsRefusedAtOnce) {
  command_.total_expected = 2;
  const auto answer = send();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().errors.at(0).pointer, "/totalExpected");
  EXPECT_THAT(store_.chunks, IsEmpty());
}

TEST_F(BatchIntakeTest, ASuspendedTenantSendsNone) {
  catalogue_.tenant.state = TenantState::suspended;
  directory_.reload();
  EXPECT_EQ(send().error().code, ErrorCode::tenant_suspended);
}

TEST_F(BatchIntakeTest, TheKeyTravelsWithTheChunk) {
  command_.idempotency_key = "key";
  command_.request_hash = sha256("request");
  EXPECT_TRUE(send().ok());
  const auto& claim = store_.chunks.at(0).idempotency;
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->key_hash, sha256("key"));
  EXPECT_EQ(claim->request_hash, sha256("request"));
  EXPECT_EQ(claim->expires_at, noon() + 24h);
}

TEST_F(BatchIntakeTest, EachOutcomeOfTheStoreHasItsAnswer) {
  append();
  store_.outcome = Replayed{202, "the first answer"};
  const auto replay = send();
  ASSERT_TRUE(replay.ok());
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->body_json, "the first answer");

  const auto code = [&](ChunkOutcome outcome) {
    store_.outcome = std::move(outcome);
    const auto answer = send();
    EXPECT_FALSE(answer.ok());
    return answer.ok() ? ErrorCode::internal : answer.error().code;
  };
  const BatchProgress progress{99, 100, BatchState::open};
  EXPECT_EQ(code(IdempotencyMismatch{}), ErrorCode::idempotency_mismatch);
  EXPECT_EQ(code(IdempotencyInProgress{}), ErrorCode::idempotency_in_progress);
  EXPECT_EQ(code(ChunkRefused{ChunkRefusal::no_such_batch, {}}), ErrorCode::not_found);
  EXPECT_EQ(code(ChunkRefused{ChunkRefusal::wrong_token, {}}), ErrorCode::forbidden);
  EXPECT_EQ(code(ChunkRefused{ChunkRefusal::other_content, progress}), ErrorCode::idempotency_mismatch);
  EXPECT_EQ(code(ChunkRefused{ChunkRefusal::not_open, progress}), ErrorCode::state_conflict);
  store_.outcome = ChunkRefused{ChunkRefusal::too_many, progress};
  const auto refused = send();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::validation_failed);
  EXPECT_EQ(refused.error().errors.at(0).pointer, "/notifications");
  EXPECT_EQ(refused.error().errors[0].code, FieldErrorCode::too_many);
  EXPECT_EQ(refused.error().errors[0].allowed, "at most 1 items");
}

TEST_F(BatchIntakeTest, DevicesOfAllItemsAreAskedForOnce) {
  catalogue_.add("bell", Channel::push);
  directory_.reload();
  devices_.of["ada"] = {{"a token", Platform::ios}};
  for (auto& item : command_.items) {
    item->channels = {Channel::push};
    item->request.recipient = {};
    item->request.recipient.user_id = "ada";
    item->request.content = {{Channel::push, {{"title", "Hi"}}}};
  }
  command_.items[2]->request.recipient.user_id = "nobody";
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(devices_.asked_for_many, 1);
  EXPECT_THAT(store_.chunks.at(0).notifications, SizeIs(2));
  ASSERT_THAT(told_.rejected, SizeIs(1));
  EXPECT_EQ(told_.rejected[0].errors.at(0).code, FieldErrorCode::no_device);
}

}  // namespace
}  // namespace belfry::test
