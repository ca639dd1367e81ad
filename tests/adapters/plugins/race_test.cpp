// Answers from other threads while begin runs, while another resume runs, and after the end. Meant for TSan as well.
#include <thread>

#include "send_fixture.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

class SendRaces : public SendFixture {
 protected:
  void TearDown() override {
    for (auto& thread : threads_) thread.join();
  }
  std::vector<std::jthread> threads_;
};

TEST_F(SendRaces, EachOperationEndsOnceWhoeverAnswers) {
  constexpr int kOperations = 200;
  std::mutex mutex;
  std::vector<std::size_t> waiting;
  std::atomic<bool> over = false;
  exchange_.on_start = [&](std::size_t index) {
    std::lock_guard lock(mutex);
    waiting.push_back(index);
  };
  for (int i = 0; i < 3; ++i) {
    threads_.emplace_back([&] {
      while (!over) {
        std::optional<std::size_t> index;
        {
          std::lock_guard lock(mutex);
          if (!waiting.empty()) {
            index = waiting.back();
            waiting.pop_back();
          }
        }
        if (index) exchange_.answer(*index, smtpDone(250));
        else std::this_thread::yield();
      }
    });
  }
  std::vector<std::shared_ptr<Pending>> all;
  for (int i = 0; i < kOperations; ++i) {
    // Four at once, three of them answered while others are in resume; every fourth operation ends with exchanges still
    // under way.
    all.push_back(start("smtp:1 smtp:2 smtp:3 smtp:4 wait", i % 4 == 0 ? "result:1" : "wait"));
  }
  EXPECT_TRUE(waitUntil(30s, [&] {
    return std::all_of(all.begin(), all.end(), [](const auto& pending) { return pending->ended(); }) &&
           exchange_.count() == 4u * kOperations;
  }));
  EXPECT_TRUE(waitUntil(30s, [&] {
    std::lock_guard lock(mutex);
    return waiting.empty();
  }));
  over = true;
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_THAT(outcomeOf(*all[i]), EndsAs(i % 4 == 0 ? "accepted" : "unknown"));
}

TEST_F(SendRaces, InstancesComeAndGoWhileOthersSend) {
  exchange_.on_start = [&](std::size_t index) { exchange_.answer(index, smtpDone(250)); };
  std::atomic<int> accepted = 0;
  for (int t = 0; t < 3; ++t) {
    threads_.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        auto made = channels_.create(puppetInstance());
        if (!made) continue;
        (*made)->send(puppetMessage("smtp wait", "result:1"),
                      [&](SendOutcome outcome) { accepted += outcome.outcome == Outcome::accepted; });
      }
    });
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  EXPECT_EQ(accepted.load(), 300);
}

}  // namespace
}  // namespace belfry::test
