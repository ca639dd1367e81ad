#include "api/rest/batch_json.h"

#include <gtest/gtest.h>

#include "kit/json.h"
#include "unit/rest/problems.h"

namespace belfry {
namespace {

using test::describe;

/// The code of the error at a pointer.
std::string codeAt(const Problem& problem, std::string_view pointer) {
  const auto* error = test::errorAt(problem, pointer);
  return error ? std::string(toText(error->code)) : "none at " + std::string(pointer) + describe(problem);
}

constexpr std::string_view kId = "01935b5e-7c00-7000-8000-000000000003";

std::string chunkWith(const std::string& notifications, const std::string& index = "1") {
  return R"({"batchId":")" + std::string(kId) + R"(","batchToken":"t","chunkIndex":)" + index + R"(,"notifications":)" +
         notifications + "}";
}

constexpr const char* kMail = R"({"channel":"email","recipient":{"email":"ada@example.test"},"content":{"text":"x"}})";

TEST(BatchJson, ReadsAFirstChunk) {
  const auto parsed = parseSendBatch(R"({"totalExpected":10,"notifications":[)" + std::string(kMail) +
                                     R"(,{"channel":"email","recipientUserId":"a@b.example","body":"x"}]})");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_FALSE(parsed->command.batch);
  EXPECT_EQ(parsed->command.total_expected, 10);
  EXPECT_EQ(parsed->command.index, 0);
  ASSERT_EQ(parsed->command.items.size(), 2u);
  ASSERT_TRUE(parsed->command.items[0].ok());
  EXPECT_EQ(parsed->command.items[0]->request.recipient.email, "ada@example.test");
  ASSERT_TRUE(parsed->command.items[1].ok());
  EXPECT_EQ(parsed->forms[0].form, SendForm::channel);
  EXPECT_EQ(parsed->forms[1].form, SendForm::brief);
}

TEST(BatchJson, ReadsAFurtherChunk) {
  const auto parsed = parseSendChunk(chunkWith("[" + std::string(kMail) + "]", "42"));
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(parsed->command.batch->toString(), kId);
  EXPECT_EQ(parsed->command.token, "t");
  EXPECT_EQ(parsed->command.index, 42);
}

TEST(BatchJson, WhatIsWrongWithAnItemIsTheItems) {
  const auto parsed = parseSendBatch(R"({"notifications":[7,{"chanel":"email"},)" + std::string(kMail) + "]}");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  const auto& items = parsed->command.items;
  ASSERT_EQ(items.size(), 3u);
  ASSERT_FALSE(items[0].ok());
  EXPECT_EQ(items[0].error().at(0).pointer, "/notifications/0");
  EXPECT_EQ(items[0].error()[0].code, FieldErrorCode::wrong_type);
  ASSERT_FALSE(items[1].ok());
  EXPECT_GT(items[1].error().size(), 1u) << "all that is wrong, at once";
  EXPECT_EQ(items[1].error().back().pointer, "/notifications/1/chanel");
  EXPECT_TRUE(items[2].ok());
}

TEST(BatchJson, TheFrameIsStrict) {
  const auto error = [](const Result<ParsedChunk, Problem>& parsed, std::string_view pointer) {
    return parsed.ok() ? std::string("it was taken") : codeAt(parsed.error(), pointer);
  };
  EXPECT_EQ(error(parseSendBatch("{}"), "/notifications"), "required");
  EXPECT_EQ(error(parseSendBatch(R"({"notifications":[]})"), "/notifications"), "too_few");
  EXPECT_EQ(error(parseSendBatch(R"({"notifications":{}})"), "/notifications"), "wrong_type");
  EXPECT_EQ(error(parseSendBatch(R"({"notifications":[1],"totalExpected":0})"), "/totalExpected"), "out_of_range");
  EXPECT_EQ(error(parseSendBatch(R"({"notifications":[1],"total":1})"), "/total"), "unknown_field");
  EXPECT_EQ(error(parseSendChunk("{}"), "/batchId"), "required");
  EXPECT_EQ(error(parseSendChunk("{}"), "/batchToken"), "required");
  EXPECT_EQ(error(parseSendChunk("{}"), "/chunkIndex"), "required");
  EXPECT_EQ(error(parseSendChunk(R"({"batchId":"x"})"), "/batchId"), "malformed");
  EXPECT_EQ(error(parseSendChunk(chunkWith("[1]", "-1")), "/chunkIndex"), "out_of_range");
  EXPECT_EQ(error(parseSendChunk(chunkWith("[1]", "1.5")), "/chunkIndex"), "wrong_type");
}

TEST(BatchJson, AThousandItemsAreTakenAndNotOneMore) {
  const auto body = [](int count) {
    std::string items = "0";
    for (int i = 1; i < count; ++i) items += ",0";
    return R"({"notifications":[)" + items + "]}";
  };
  const auto full = parseSendBatch(body(1000));
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full->command.items.size(), 1000u);
  for (const int count : {1001, 100'000}) {
    const auto refused = parseSendBatch(body(count));
    ASSERT_FALSE(refused.ok());
    ASSERT_EQ(refused.error().errors.size(), 1u) << "the items are not looked at";
    EXPECT_EQ(codeAt(refused.error(), "/notifications"), "too_many");
    EXPECT_EQ(refused.error().errors[0].allowed, "at most 1000 items");
  }
}

TEST(BatchJson, WritesTheAnswerToAChunk) {
  ChunkAnswer answer;
  answer.batch = *BatchId::parse(kId);
  answer.token = "secret";
  answer.items = 3;
  answer.progress = {3, 10, BatchState::open};
  answer.rejected = {{1, {{"/recipient/email", FieldErrorCode::not_an_address, "is none", "nobody", "an address"}}},
                     {2, {{"/notifications/2/chanel", FieldErrorCode::unknown_field, "there is no field", "", ""}}}};
  const auto text = chunkAnswerJson(answer, {{SendForm::channels}, {SendForm::brief}, {SendForm::channel}});
  EXPECT_EQ(
      text,
      R"({"batchId":"01935b5e-7c00-7000-8000-000000000003","batchToken":"secret","chunkIndex":0,)"
      R"("chunkProcessed":3,"status":"open","totalProcessed":3,"totalExpected":10,"rejected":[)"
      R"({"index":1,"code":"not_an_address","pointer":"/notifications/1/recipientUserId","message":"is none",)"
      R"("errors":[{"pointer":"/notifications/1/recipientUserId","code":"not_an_address","message":"is none",)"
      R"("value":"nobody","allowed":"an address"}]},)"
      R"({"index":2,"code":"unknown_field","pointer":"/notifications/2/chanel","message":"there is no field",)"
      R"("errors":[{"pointer":"/notifications/2/chanel","code":"unknown_field","message":"there is no field"}]}]})");
  answer.token = "";
  answer.progress.total_expected.reset();
  answer.rejected.clear();
  EXPECT_EQ(chunkAnswerJson(answer, {}),
            R"({"batchId":"01935b5e-7c00-7000-8000-000000000003","chunkIndex":0,)"
            R"("chunkProcessed":3,"status":"open","totalProcessed":3,"totalExpected":null,)"
            R"("rejected":[]})");
}

TEST(BatchJson, WritesABatch) {
  Batch batch{};
  batch.id = *BatchId::parse(kId);
  batch.progress = {6, 6, BatchState::closed};
  batch.total_rejected = 1;
  batch.created_by = "key:orders";
  batch.by_status = {{DeliveryState::sent, 1},
                     {DeliveryState::delivered, 1},
                     {DeliveryState::bounced, 1},
                     {DeliveryState::expired, 1},
                     {DeliveryState::cancelled, 1}};
  const auto json = parseJson(batchJson(batch));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(asView((*json)["status"]), "completed") << "nothing of it is live";
  EXPECT_EQ((*json)["totalSent"].GetInt(), 2);
  EXPECT_EQ((*json)["totalDelivered"].GetInt(), 1);
  EXPECT_EQ((*json)["totalFailed"].GetInt(), 2);
  EXPECT_EQ((*json)["totalRejected"].GetInt(), 1);
  EXPECT_EQ((*json)["byStatus"]["cancelled"].GetInt(), 1);
  batch.by_status[DeliveryState::queued] = 1;
  EXPECT_EQ(batch.state(), BatchState::closed);
  batch.by_status.erase(DeliveryState::queued);
  batch.progress.state = BatchState::open;
  EXPECT_EQ(batch.state(), BatchState::open) << "more may come";
}

}  // namespace
}  // namespace belfry
