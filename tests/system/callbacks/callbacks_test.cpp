// Providers' callbacks on the real host with a real plugin: every way in which one may be wrong, and the right one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/courier_host.h"
#include "support/test_plugins.h"
#include "support/test_services.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kBase = "/api/v1/admin/callbacks";
const std::string kDelivered = "3", kBounced = "5", kOpened = "8";

class CallbackHost : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    plugins_ = std::make_unique<TemporaryDirectory>();
    HostOptions options;
    const auto lock = plugins_->path() / "plugins.lock";
    writeTestPluginLock(lock, {"test-courier"});
    options.set = {"plugins.lock=" + lock.string()};
    addCourierTenants(options);
    options.set.insert(options.set.end(), {"callbacks.max_body_bytes=4096", "callbacks.timeout_ms=1000"});
    host_ = std::make_unique<RunningHost>(options);
  }
  static void TearDownTestSuite() {
    host_.reset();
    plugins_.reset();
  }

  struct Sent {
    std::string notification, delivery;
  };
  static Sent send(const std::string& text = "hi", const std::string& tenant = "courier") {
    const auto sent = host_->send(
        R"({"channel":"sms","recipient":{"phone":"+34600000001"},"content":{"text":")" + text + "\"}}", tenant);
    EXPECT_EQ(sent.status, 202) << sent.body;
    return {sent.text("/id"), sent.text("/deliveries/0/id")};
  }
  static Sent sent(const std::string& tenant = "courier") {
    auto made = send("hi", tenant);
    EXPECT_EQ(host_->waitForStatus(made.notification, "sent", tenant).text("/status"), "sent");
    return made;
  }
  static std::string status(const Sent& of, const std::string& tenant = "courier") {
    return host_->notification(of.notification, tenant).text("/status");
  }
  static ApiReply lastCallback() { return host_->get(std::string(kBase) + "?limit=1", "courier"); }
  static std::string line(const std::string& type, const Sent& of, const std::string& key = "k") {
    return type + " " + of.delivery + " 1 " + key;
  }
  static long count(const std::string& from_and_where) {
    return std::stol(runSql(host_->superuserUrl(), "SELECT count(*) FROM belfry." + from_and_where).at(0).at(0));
  }

  static inline std::unique_ptr<TemporaryDirectory> plugins_;
  static inline std::unique_ptr<RunningHost> host_;
};

TEST_F(CallbackHost, AReceiptMovesItsDeliveryAndThePluginAnswers) {
  auto one = sent();
  const auto reply = callBack(*host_, line(kDelivered, one));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "thanks");
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain");
  EXPECT_EQ(status(one), "delivered");
  EXPECT_EQ(lastCallback().text("/items/0/state"), "processed");
  EXPECT_THAT(request("GET", host_->port(), "/metrics").body,
              HasSubstr(R"(belfry_callbacks_total{plugin="test-courier",result="processed"})"));
}

TEST_F(CallbackHost, TheAddressIsShownWithTheProvider) {
  EXPECT_EQ(host_->get("/api/v1/admin/providers/courier", "courier").text("/callbackUrl"),
            host_->url() + "/webhooks/test-courier/courier-secret");
  EXPECT_EQ(request("GET", host_->port(), "/webhooks/test-courier/courier-secret?challenge=4711").body, "4711");
}

TEST_F(CallbackHost, AHundredDoublesAtOnceMakeOneTransition) {
  auto one = sent();
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 10; ++k) answered += callBack(*host_, line(kBounced, one)).status == 200;
      });
  }
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(status(one), "bounced");
  EXPECT_EQ(count("delivery_events WHERE type = 'bounced' AND delivery_id = '" + one.delivery + "'"), 1);
  EXPECT_EQ(count("delivery_events WHERE type = 'suppress' AND delivery_id = '" + one.delivery + "'"), 1);
}

TEST_F(CallbackHost, AReceiptBeforeSettleIsParkedAndFound) {
  auto slow = send("slow");
  EXPECT_EQ(host_->waitForStatus(slow.notification, "sending", "courier").text("/status"), "sending");
  EXPECT_EQ(callBack(*host_, line(kDelivered, slow)).status, 200);
  EXPECT_EQ(lastCallback().text("/items/0/state"), "parked");
  EXPECT_EQ(lastCallback().text("/items/0/reason"), "not_settled_yet");
  EXPECT_EQ(host_->waitForStatus(slow.notification, "delivered", "courier").text("/status"), "delivered");
  EXPECT_TRUE(waitUntil(10s, [] { return lastCallback().text("/items/0/state") == "processed"; }));
}

TEST_F(CallbackHost, UnknownAddressesLookAllTheSame) {
  const auto before = count("inbound_callbacks");
  const auto id = callBack(*host_, "x", {}, "guessed");
  const auto plugin = request("POST", host_->port(), "/webhooks/nosuch/courier-secret", {}, "x");
  EXPECT_EQ(id.status, 404);
  EXPECT_EQ(plugin.status, 404);
  EXPECT_EQ(id.body.substr(0, id.body.find("requestId")), plugin.body.substr(0, plugin.body.find("requestId")));
  EXPECT_EQ(count("inbound_callbacks"), before);
}

TEST_F(CallbackHost, ForgedStaleAndMalformedAreRefusedWithTheirReason) {
  auto one = sent();
  struct Bad {
    std::string body;
    HttpHeaders headers;
    int status;
    std::string reason;
  };
  for (const auto& bad :
       {Bad{line(kBounced, one), {{"x-courier-signature", "forged"}}, 403, "bad_signature"},
        Bad{line(kBounced, one), {{"x-courier-time", "1000"}}, 403, "stale"}, Bad{"nonsense", {}, 400, "malformed"}}) {
    EXPECT_EQ(callBack(*host_, bad.body, bad.headers).status, bad.status);
    const auto last = lastCallback();
    EXPECT_EQ(last.text("/items/0/state"), "refused");
    EXPECT_EQ(last.text("/items/0/reason"), bad.reason);
  }
  EXPECT_EQ(callBack(*host_, "fail").status, 500);
  EXPECT_EQ(lastCallback().text("/items/0/state"), "failed");
  EXPECT_EQ(callBack(*host_, std::string(5000, 'x')).status, 413);
  EXPECT_EQ(status(one), "sent");
}

TEST_F(CallbackHost, AnotherTenantAndAnotherProviderAreNotBelieved) {
  auto theirs = sent("neighbour");
  EXPECT_EQ(callBack(*host_, line(kBounced, theirs)).status, 200);
  EXPECT_EQ(lastCallback().text("/items/0/state"), "refused");
  EXPECT_EQ(lastCallback().text("/items/0/reason"), "unknown_delivery");
  EXPECT_EQ(status(theirs, "neighbour"), "sent");
  auto one = sent();
  callBack(*host_, line(kBounced, one), {}, "other-secret");
  EXPECT_EQ(lastCallback().text("/items/0/reason"), "wrong_provider");
  EXPECT_EQ(status(one), "sent");
}

TEST_F(CallbackHost, ABatchWithABadItemKeepsTheGoodOnes) {
  auto one = sent(), two = sent();
  callBack(*host_, line(kDelivered, one) + "\n99 rubbish\n" +
                       line(kDelivered, {"", "0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"}) + "\n" + line(kOpened, two));
  EXPECT_EQ(status(one), "delivered");
  EXPECT_EQ(count("delivery_events WHERE type = 'opened' AND delivery_id = '" + two.delivery + "'"), 1);
  const auto last = lastCallback();
  EXPECT_EQ(last.text("/items/0/state"), "processed");
  EXPECT_EQ(last.text("/items/0/receipts/kept"), "2");
  EXPECT_EQ(last.text("/items/0/receipts/refused"), "1");
  EXPECT_EQ(last.text("/items/0/reason"), "unknown_delivery");
}

TEST_F(CallbackHost, AReplayIsJudgedByTheTimeItFirstCameAndChangesNothingTwice) {
  auto one = sent();
  callBack(*host_, line(kDelivered, one), {{"authorization", "Basic c2VjcmV0"}});
  const auto id = lastCallback().text("/items/0/id");
  const auto shown = host_->get(std::string(kBase) + "/" + id, "courier");
  EXPECT_EQ(shown.text("/request/body"), line(kDelivered, one));
  EXPECT_THAT(shown.body, HasSubstr(R"({"name":"authorization","value":"***"})"));
  EXPECT_THAT(shown.body, HasSubstr(R"({"name":"x-courier-signature","value":"good"})"));
  const auto replayed = host_->post(std::string(kBase) + "/" + id + "/replay", "", "courier");
  EXPECT_EQ(replayed.status, 200) << replayed.body;
  EXPECT_EQ(replayed.text("/state"), "processed");
  EXPECT_EQ(count("delivery_events WHERE type = 'delivered' AND delivery_id = '" + one.delivery + "'"), 1);
  EXPECT_EQ(host_->get(std::string(kBase) + "/" + id, "neighbour").status, 404);
}

TEST_F(CallbackHost, AReplayOfManyIsTakenUpSoon) {
  callBack(*host_, "fail");
  const auto dry = host_->post(std::string(kBase) + "/replay", R"({"state":"failed","dryRun":true})", "courier");
  EXPECT_NE(dry.text("/matched"), "0");
  const auto failed = lastCallback().text("/items/0/id");
  EXPECT_EQ(host_->post(std::string(kBase) + "/replay", R"({"state":"failed"})", "courier").text("/matched"),
            dry.text("/matched"));
  EXPECT_TRUE(waitUntil(20s, [&] {
    const auto now = host_->get(std::string(kBase) + "/" + failed, "courier");
    return now.text("/state") == "failed" && now.text("/attempts") == "1";
  }));
}

TEST_F(CallbackHost, AProviderCanBeProbedAndAsked) {
  const auto probed = host_->post("/api/v1/admin/providers/courier/probe", "", "courier");
  EXPECT_EQ(probed.text("/outcome"), "accepted") << probed.body;
  auto one = sent();
  const auto asked = host_->post("/api/v1/admin/deliveries/" + one.delivery + "/look-up", "", "courier");
  EXPECT_EQ(asked.text("/known"), "true") << asked.body;
  EXPECT_EQ(asked.text("/status"), "delivered");
  EXPECT_EQ(status(one), "delivered");
}

/// The worker is killed while the provider has its message; `lease_expired.sms` is `hold`, but this one can be asked.
TEST_F(CallbackHost, WhatBecameOfALostAttemptIsAskedByItself) {
  auto lost = send("slow");
  EXPECT_EQ(host_->waitForStatus(lost.notification, "sending", "courier").text("/status"), "sending");
  runSql(
      host_->superuserUrl(),
      "UPDATE belfry.work SET lease_until = now() - interval '1 second' WHERE delivery_id = '" + lost.delivery + "'");
  host_->kill();
  host_->start();
  const auto shown = host_->waitForStatus(lost.notification, "delivered", "courier");
  EXPECT_EQ(shown.text("/status"), "delivered") << shown.body;
  const auto events = "delivery_events WHERE delivery_id = '" + lost.delivery + "' AND type = ";
  EXPECT_EQ(count(events + "'lease_expired' AND detail ->> 'rule' = 'provider_status'"), 1);
  EXPECT_TRUE(waitUntil(20s, [&] {
    return count(events + "'looked_up' AND detail ->> 'known' = 'true' AND provider = 'courier'") == 1;
  }));
  EXPECT_EQ(count("work WHERE delivery_id = '" + lost.delivery + "'"), 0);
  EXPECT_THAT(host_->get("/api/v1/services/notifications/" + lost.notification + "/explain", "courier").body,
              HasSubstr("looked_up"));
}

TEST_F(CallbackHost, WhatWasStoredSurvivesAKillAndIsTakenUp) {
  auto one = sent();
  callBack(*host_, line(kOpened, one));
  const auto id = lastCallback().text("/items/0/id");
  // As the kill leaves it between storing and applying.
  runSql(host_->superuserUrl(),
         "UPDATE belfry.inbound_callbacks SET state = 'received', processed_at = NULL, receipts = 0, kept = 0, "
         "begun_at = now() - interval '1 hour' WHERE id = '" +
             id + "'");
  host_->kill();
  host_->start();
  EXPECT_TRUE(waitUntil(
      30s, [&] { return host_->get(std::string(kBase) + "/" + id, "courier").text("/state") == "processed"; }));
  EXPECT_EQ(count("delivery_events WHERE type = 'opened' AND delivery_id = '" + one.delivery + "'"), 1);
}

}  // namespace
}  // namespace belfry::test
