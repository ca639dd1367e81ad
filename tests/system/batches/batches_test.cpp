// Batches through the real host: chunks, rejections, repeats, strangers, and bodies that are too much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "support/http_client.h"
#include "support/wait_until.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

constexpr int kAtOnce = 50;
const std::string kBase = "/api/v1/services/notifications";

HttpHeaders withKey(const std::string& key) { return {{"Idempotency-Key", key}}; }

/// The members of a list of mails to NAME0@…, NAME1@…
std::string mails(const std::string& name, int count, int first = 0) {
  std::string list;
  for (int i = first; i < first + count; ++i)
    list += (i == first ? "" : ",") + mailBody(name + std::to_string(i) + "@example.test");
  return list;
}

std::string batchBody(const std::string& items, const std::string& more = "") {
  return R"({"notifications":[)" + items + "]" + more + "}";
}

std::string chunkBody(const ApiReply& batch, int index, const std::string& items) {
  return R"({"batchId":")" + batch.text("/batchId") + R"(","batchToken":")" + batch.text("/batchToken") +
         R"(","chunkIndex":)" + std::to_string(index) + R"(,"notifications":[)" + items + "]}";
}

ApiReply sendBatch(const std::string& body, const HttpHeaders& headers = {}, const std::string& tenant = "acme") {
  return stage().host.post(kBase + "/send-batch", body, tenant, headers);
}

ApiReply sendChunk(const std::string& body, const HttpHeaders& headers = {}, const std::string& tenant = "acme") {
  return stage().host.post(kBase + "/send-chunk", body, tenant, headers);
}

ApiReply batchNamed(const std::string& id, const std::string& tenant = "acme") {
  return stage().host.get(kBase + "/batches/" + id, tenant);
}

std::string rows() {
  const auto& stage = belfry::test::stage();
  std::string counts;
  for (const char* table : {"batches", "batch_chunks", "notifications", "idempotency_keys"})
    counts += std::string(table) + " " + std::to_string(stage.count(std::string("belfry.") + table)) + " ";
  return counts;
}

/// All at the same time, each on a connection of its own.
std::vector<ApiReply> postAllAtOnce(const std::string& path, const std::vector<std::string>& bodies,
                                    const HttpHeaders& headers = {}) {
  std::vector<ApiReply> replies(bodies.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i)
    threads.emplace_back([&, i] { replies[i] = stage().host.post(path, bodies[i], "acme", headers); });
  for (auto& thread : threads) thread.join();
  return replies;
}

TEST(Batches, OfTwoChunksIsDeliveredAndCompleted) {
  const auto& stage = belfry::test::stage();
  const auto begun = sendBatch(batchBody(mails("whole", 2), R"(,"totalExpected":3)"));
  ASSERT_EQ(begun.status, 202) << begun.body << begun.error;
  EXPECT_EQ(begun.text("/status"), "open");
  EXPECT_EQ(begun.text("/chunkProcessed"), "2");
  EXPECT_EQ(begun.text("/totalProcessed"), "2");
  EXPECT_EQ(begun.text("/totalExpected"), "3");
  EXPECT_EQ(begun.size("/rejected"), 0u);
  EXPECT_EQ(begun.text("/batchToken").size(), 32u);
  const auto ended = sendChunk(chunkBody(begun, 1, mails("whole", 1, 2)));
  ASSERT_EQ(ended.status, 202) << ended.body;
  EXPECT_EQ(ended.text("/status"), "closed");
  EXPECT_EQ(ended.at("/batchToken"), nullptr);

  const auto id = begun.text("/batchId");
  EXPECT_TRUE(waitUntil(std::chrono::seconds(30), [&] { return batchNamed(id).text("/status") == "completed"; }));
  const auto batch = batchNamed(id);
  EXPECT_EQ(batch.text("/totalSent"), "3") << batch.body;
  EXPECT_EQ(batch.text("/totalFailed"), "0");
  EXPECT_EQ(batch.text("/byStatus/sent"), "3");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(linesTo(stage.sink, "whole" + std::to_string(i) + "@example.test").size(), 1u) << i;

  const auto page = stage.host.get(kBase + "/batches/" + id + "/notifications?limit=2", "acme");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.size("/items"), 2u);
  const auto rest =
      stage.host.get(kBase + "/batches/" + id + "/notifications?limit=2&cursor=" + page.text("/nextCursor"), "acme");
  EXPECT_EQ(rest.size("/items"), 1u) << rest.body;
  EXPECT_EQ(stage.host.get(kBase + "?batchId=" + id, "acme").size("/items"), 3u);
  EXPECT_EQ(sendChunk(chunkBody(begun, 2, mails("late", 1))).text("/code"), "state_conflict");
}

TEST(Batches, WhatIsWrongWithOneDoesNotSpoilTheOthers) {
  const auto items = mailBody("good@example.test") + "," + mailBody("nobody") + R"(,7,{"channel":"email",)" +
                     R"("recipientUserId":"brief@example.test","body":"x","chanel":1},)" +
                     mailBody("dry@example.test", R"(,"dryRun":true)") +
                     R"(,{"channel":"email","recipientUserId":"brief@example.test","body":"x"})";
  const auto begun = sendBatch(batchBody(items, R"(,"totalExpected":6)"));
  ASSERT_EQ(begun.status, 202) << begun.body;
  EXPECT_EQ(begun.text("/chunkProcessed"), "6");
  EXPECT_EQ(begun.text("/status"), "closed");
  ASSERT_EQ(begun.size("/rejected"), 4u) << begun.body;
  const auto told = [&](int i) {
    const auto at = "/rejected/" + std::to_string(i);
    return begun.text(at + "/index") + " " + begun.text(at + "/pointer") + " " + begun.text(at + "/code");
  };
  EXPECT_EQ(told(0), "1 /notifications/1/recipient/email not_an_address");
  EXPECT_EQ(told(1), "2 /notifications/2 wrong_type");
  EXPECT_EQ(told(2), "3 /notifications/3/chanel unknown_field");
  EXPECT_EQ(told(3), "4 /notifications/4/dryRun not_allowed");
  const auto batch = batchNamed(begun.text("/batchId"));
  EXPECT_EQ(batch.text("/totalRejected"), "4");
  EXPECT_EQ(stage().host.get(kBase + "?batchId=" + begun.text("/batchId"), "acme").size("/items"), 2u);
}

TEST(Batches, AChunkSentAgainIsAnsweredAsTheFirstTime) {
  const auto begun = sendBatch(batchBody(mails("again", 1)));
  const auto body = chunkBody(begun, 1, mails("again", 2, 1));
  const auto first = sendChunk(body);
  ASSERT_EQ(first.status, 202) << first.body;
  const auto before = rows();
  const auto second = sendChunk(body);
  EXPECT_EQ(second.status, 202);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.count("idempotency-replayed"), 1u);
  const auto other = sendChunk(chunkBody(begun, 1, mails("another", 2)));
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_EQ(other.text("/code"), "idempotency_mismatch");
  EXPECT_EQ(other.text("/errors/0/pointer"), "/chunkIndex");
  EXPECT_EQ(rows(), before);
}

TEST(Batches, AStrangerCannotAppend) {
  const auto begun = sendBatch(batchBody(mails("own", 1)));
  const auto before = rows();
  auto guess = chunkBody(begun, 1, mails("stranger", 1));
  guess.replace(guess.find(begun.text("/batchToken")), 32, std::string(32, 'A'));
  EXPECT_EQ(sendChunk(guess).status, 403);
  EXPECT_EQ(sendChunk(chunkBody(begun, 1, mails("stranger", 1)), {}, "other").status, 404);
  EXPECT_EQ(batchNamed(begun.text("/batchId"), "other").status, 404);
  EXPECT_EQ(stage().host.get(kBase + "/batches/" + begun.text("/batchId") + "/notifications", "other").status, 404);
  EXPECT_EQ(batchNamed("no-id").status, 404);
  EXPECT_EQ(rows(), before);
}

TEST(Batches, MoreThanExpectedIsRefusedWhole) {
  const auto begun = sendBatch(batchBody(mails("few", 1), R"(,"totalExpected":2)"));
  const auto before = rows();
  const auto refused = sendChunk(chunkBody(begun, 1, mails("few", 2, 1)));
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(refused.text("/errors/0/code"), "too_many");
  EXPECT_EQ(refused.text("/errors/0/allowed"), "at most 1 items");
  EXPECT_EQ(rows(), before);
}

TEST(Batches, AHundredThousandItemsAreRefusedAndNothingIsKept) {
  const auto before = rows();
  const auto one = mailBody("many@example.test");
  std::string items;
  for (int i = 0; i < 100'000; ++i) items += (i ? "," : "") + one;
  const auto many = sendBatch(batchBody(items), withKey("hundred-thousand"));
  EXPECT_EQ(many.status, 422) << many.body << many.error;
  EXPECT_EQ(many.text("/errors/0/pointer"), "/notifications");
  EXPECT_EQ(many.text("/errors/0/code"), "too_many");
  EXPECT_EQ(many.size("/errors"), 1u);
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(sendBatch(batchBody(mails("few", 1)), withKey("hundred-thousand")).status, 202) << "the key is still free";
}

TEST(Batches, ABodyBeyondTheLimitIsRefusedUnread) {
  const auto& host = stage().host;
  HttpConnection connection(host.port());
  connection.sendRaw("POST " + kBase + "/send-batch HTTP/1.1\r\nHost: localhost\r\nX-Tenant: acme\r\nX-API-Key: " +
                     host.adminKey() + "\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(connection.read().status, 413);
}

TEST(Batches, AFullChunkIsTaken) {
  const auto begun = sendBatch(batchBody(mails("full", 1000), R"(,"totalExpected":1000)"));
  ASSERT_EQ(begun.status, 202) << begun.body;
  EXPECT_EQ(begun.text("/totalProcessed"), "1000");
  EXPECT_EQ(begun.size("/rejected"), 0u);
}

TEST(Batches, FiftyEqualSendBatchesUnderOneKeyAreOneBatch) {
  const auto before = stage().count("belfry.batches");
  const auto replies = postAllAtOnce(
      kBase + "/send-batch", std::vector<std::string>(kAtOnce, batchBody(mails("fifty", 3))), withKey("fifty-batches"));
  std::set<std::string> bodies;
  std::size_t replayed = 0;
  for (const auto& reply : replies) {
    EXPECT_EQ(reply.status, 202) << reply.body << reply.error;
    bodies.insert(reply.body);
    replayed += reply.headers.count("idempotency-replayed");
  }
  EXPECT_EQ(bodies.size(), 1u) << "token and all";
  EXPECT_EQ(replayed, static_cast<std::size_t>(kAtOnce - 1));
  EXPECT_EQ(stage().count("belfry.batches"), before + 1);
  EXPECT_EQ(stage().host.get(kBase + "?batchId=" + replies[0].text("/batchId"), "acme").size("/items"), 3u);
}

TEST(Batches, OfFiftyDifferentSendBatchesUnderOneKeyOneIsTaken) {
  const auto before = stage().count("belfry.batches");
  std::vector<std::string> bodies;
  for (int i = 0; i < kAtOnce; ++i) bodies.push_back(batchBody(mails("differ" + std::to_string(i) + "-", 2)));
  int taken = 0, refused = 0;
  for (const auto& reply : postAllAtOnce(kBase + "/send-batch", bodies, withKey("fifty-others"))) {
    taken += reply.status == 202 ? 1 : 0;
    refused += reply.status == 422 && reply.text("/code") == "idempotency_mismatch" ? 1 : 0;
  }
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, kAtOnce - 1);
  EXPECT_EQ(stage().count("belfry.batches"), before + 1);
}

TEST(Batches, OneChunkFromFiftyConnectionsIsTakenOnce) {
  const auto begun = sendBatch(batchBody(mails("begin", 1)));
  std::set<std::string> bodies;
  std::size_t replayed = 0;
  for (const auto& reply : postAllAtOnce(kBase + "/send-chunk",
                                         std::vector<std::string>(kAtOnce, chunkBody(begun, 1, mails("chunk", 5))))) {
    EXPECT_EQ(reply.status, 202) << reply.body << reply.error;
    bodies.insert(reply.body);
    replayed += reply.headers.count("idempotency-replayed");
  }
  EXPECT_EQ(bodies.size(), 1u);
  EXPECT_EQ(replayed, static_cast<std::size_t>(kAtOnce - 1));
  EXPECT_EQ(batchNamed(begun.text("/batchId")).text("/totalProcessed"), "6");
}

TEST(Batches, ChunksAtOnceInAnyOrderAddUp) {
  const auto begun = sendBatch(batchBody(mails("order", 1), R"(,"totalExpected":201)"));
  std::vector<std::string> bodies;
  for (int i = 20; i >= 1; --i) bodies.push_back(chunkBody(begun, i, mails("order", 10, i * 10)));
  std::set<std::string> totals;
  for (const auto& reply : postAllAtOnce(kBase + "/send-chunk", bodies)) {
    EXPECT_EQ(reply.status, 202) << reply.body;
    totals.insert(reply.text("/totalProcessed"));
  }
  EXPECT_EQ(totals.size(), 20u) << "each chunk is told a total of its own";
  EXPECT_THAT(batchNamed(begun.text("/batchId")).text("/status"), testing::AnyOf("closed", "completed"));
}

}  // namespace
}  // namespace belfry::test
