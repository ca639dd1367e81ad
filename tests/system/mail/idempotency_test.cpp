// Idempotency-Key on a send: one key, one notification.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

constexpr int kAtOnce = 50;

HttpHeaders withKey(const std::string& key) { return {{"Idempotency-Key", key}}; }

/// All at the same time, each on a connection of its own.
std::vector<ApiReply> sendAllAtOnce(const std::vector<std::string>& bodies, const std::string& key) {
  const auto& stage = belfry::test::stage();
  std::vector<ApiReply> replies(bodies.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i)
    threads.emplace_back([&, i] { replies[i] = stage.send(bodies[i], withKey(key)); });
  for (auto& thread : threads) thread.join();
  return replies;
}

TEST(Idempotency, ARepeatIsAnsweredAsTheFirstAndSendsNothing) {
  const auto& stage = belfry::test::stage();
  const auto body = mailBody("repeat@example.test");
  const auto first = stage.send(body, withKey("order-1042-confirmed"));
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(first.headers.count("idempotency-replayed"), 0u);
  stage.host.waitForStatus(first.text("/id"), "sent", "acme");

  const auto second = stage.send(body, withKey("order-1042-confirmed"));
  EXPECT_EQ(second.status, 202);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(linesTo(stage.sink, "repeat@example.test").size(), 1u);
}

TEST(Idempotency, AnotherBodyUnderTheSameKeyIsRefused) {
  const auto& stage = belfry::test::stage();
  ASSERT_EQ(stage.send(mailBody("same.key@example.test"), withKey("taken")).status, 202);
  const auto before = stage.count("belfry.notifications");
  const auto other = stage.send(mailBody("other.body@example.test"), withKey("taken"));
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_EQ(other.text("/code"), "idempotency_mismatch");
  EXPECT_EQ(stage.count("belfry.notifications"), before);
}

TEST(Idempotency, AKeyBelongsToItsTenant) {
  const auto& host = stage().host;
  const auto mine = host.send(mailBody("per.tenant@example.test"), "acme", withKey("shared-name"));
  const auto theirs = host.send(mailBody("per.tenant@example.test"), "other", withKey("shared-name"));
  EXPECT_EQ(mine.status, 202);
  EXPECT_EQ(theirs.status, 202) << theirs.body;
  EXPECT_NE(mine.text("/id"), theirs.text("/id"));
}

TEST(Idempotency, ARefusedRequestLeavesItsKeyFree) {
  const auto& stage = belfry::test::stage();
  EXPECT_EQ(stage.send(R"({"channel":"email","recipient":{"email":"nobody"},"content":{"text":"x"}})", withKey("again"))
                .status,
            422);
  EXPECT_EQ(stage.send(mailBody("again@example.test"), withKey("again")).status, 202);
}

TEST(Idempotency, AKeyThatIsNoneIsNamed) {
  const auto& stage = belfry::test::stage();
  for (const auto& key : {std::string(256, 'k'), std::string("two words")}) {
    const auto refused = stage.send(mailBody("bad.key@example.test"), withKey(key));
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.text("/code"), "malformed_request");
    EXPECT_THAT(refused.text("/detail"), testing::HasSubstr("Idempotency-Key"));
    EXPECT_THAT(refused.text("/detail"), testing::HasSubstr("255"));
  }
}

TEST(Idempotency, FiftyEqualDoublesAtOnceAreOneNotification) {
  const auto& stage = belfry::test::stage();
  const auto before = stage.count("belfry.notifications");
  const auto replies =
      sendAllAtOnce(std::vector<std::string>(kAtOnce, mailBody("doubles@example.test")), "fifty-equal");

  std::set<std::string> bodies;
  int replayed = 0;
  for (const auto& reply : replies) {
    EXPECT_EQ(reply.status, 202) << reply.body << reply.error;
    bodies.insert(reply.body);
    replayed += static_cast<int>(reply.headers.count("idempotency-replayed"));
  }
  EXPECT_EQ(bodies.size(), 1u);
  EXPECT_EQ(replayed, kAtOnce - 1);
  EXPECT_EQ(stage.count("belfry.notifications"), before + 1);
  stage.host.waitForStatus(replies[0].text("/id"), "sent", "acme");
  EXPECT_EQ(linesTo(stage.sink, "doubles@example.test").size(), 1u);
}

TEST(Idempotency, OfFiftyDifferentDoublesAtOnceOneIsTaken) {
  const auto& stage = belfry::test::stage();
  const auto before = stage.count("belfry.notifications");
  std::vector<std::string> bodies;
  for (int i = 0; i < kAtOnce; ++i) bodies.push_back(mailBody("different" + std::to_string(i) + "@example.test"));
  int taken = 0, refused = 0;
  for (const auto& reply : sendAllAtOnce(bodies, "fifty-different")) {
    taken += reply.status == 202 ? 1 : 0;
    refused += reply.status == 422 && reply.text("/code") == "idempotency_mismatch" ? 1 : 0;
  }
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, kAtOnce - 1);
  EXPECT_EQ(stage.count("belfry.notifications"), before + 1);
}

}  // namespace
}  // namespace belfry::test
