// The host dies while chunks of a batch come in: sent again by their index, each is there once and answered as the
// first time.
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "fault/support/fault_test.h"

namespace belfry::test {
namespace {

constexpr int kChunks = 200;
constexpr int kItems = 40;
const std::string kBase = "/api/v1/services/notifications";

std::string items(int chunk) {
  std::string list;
  for (int i = 0; i < kItems; ++i) {
    list += (i ? "," : "") + std::string(R"({"channel":"email","recipient":{"email":"c)") + std::to_string(chunk) +
            "-" + std::to_string(i) + R"(@example.test"},"content":{"text":"x"},"delay":"PT1H"})";
  }
  return R"("notifications":[)" + list + "]}";
}

class BatchDeath : public FaultTest {
 protected:
  static std::string chunkBody(const ApiReply& batch, int index) {
    return R"({"batchId":")" + batch.text("/batchId") + R"(","batchToken":")" + batch.text("/batchToken") +
           R"(","chunkIndex":)" + std::to_string(index) + "," + items(index);
  }

  /// Sends every chunk that has no answer yet, on several connections; those that fail stay without.
  void sendMissing(const RunningHost& host, const ApiReply& batch) {
    std::atomic<int> next{1};
    std::vector<std::jthread> senders;
    for (int i = 0; i < 4; ++i) {
      senders.emplace_back([&] {
        for (int index = next++; index < kChunks; index = next++) {
          {
            std::lock_guard lock(mutex_);
            if (answers_.contains(index)) continue;
          }
          const auto reply = host.post(kBase + "/send-chunk", chunkBody(batch, index), "acme");
          std::lock_guard lock(mutex_);
          if (reply.status == 202) answers_[index] = reply.body;
        }
      });
    }
  }

  std::size_t answered() {
    std::lock_guard lock(mutex_);
    return answers_.size();
  }

  std::mutex mutex_;
  std::map<int, std::string> answers_;  // guarded by mutex_
};

TEST_F(BatchDeath, AHostKilledBetweenChunksLosesNoneAndDoublesNone) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 2s));
  const auto begun = host.post(kBase + "/send-batch",
                               R"({"totalExpected":)" + std::to_string(kChunks * kItems) + "," + items(0), "acme");
  ASSERT_EQ(begun.status, 202) << begun.body << begun.error;
  {
    std::jthread sending([&] { sendMissing(host, begun); });
    ASSERT_TRUE(waitUntil(kLimit, [&] { return answered() >= 5; })) << host.output();
    host.kill();
  }
  const auto first = answers_;
  EXPECT_LT(first.size(), static_cast<std::size_t>(kChunks - 1)) << "the kill came after the last chunk";
  host.start();

  sendMissing(host, begun);
  EXPECT_EQ(answers_.size(), static_cast<std::size_t>(kChunks - 1)) << host.output();
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.notifications WHERE batch_id IS NOT NULL"), kChunks * kItems);
  EXPECT_EQ(host.count("SELECT count(*) FROM (SELECT batch_id FROM belfry.batch_chunks) c"), kChunks);
  EXPECT_EQ(host.get(kBase + "/batches/" + begun.text("/batchId"), "acme").text("/status"), "closed");
  for (const auto& [index, answer] : first) {
    const auto again = host.post(kBase + "/send-chunk", chunkBody(begun, index), "acme");
    EXPECT_EQ(again.body, answer) << index;
    EXPECT_EQ(again.headers.count("idempotency-replayed"), 1u);
  }
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.notifications WHERE batch_id IS NOT NULL"), kChunks * kItems);
}

}  // namespace
}  // namespace belfry::test
