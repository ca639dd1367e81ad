// Deduplication through the API: at each level, by each strategy, and what operators can do about keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "support/test_services.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kKeys = "/api/v1/admin/dedup/keys";

std::string later(const std::string& dedup, const std::string& more = "") {
  return R"(,"delay":"PT1H","dedup":)" + dedup + more;
}

std::string booking(const std::string& address, const std::string& data, const std::string& more = "") {
  return R"({"channel":"email","recipient":{"email":")" + address + R"("},"template":{"key":"once"},"data":)" + data +
         more + "}";
}

ApiReply accepted(const std::string& body, const std::string& tenant = "acme") {
  auto reply = stage().host.send(body, tenant);
  EXPECT_EQ(reply.status, 202) << reply.body << reply.error;
  return reply;
}

ApiReply explained(const ApiReply& sent, const std::string& tenant = "acme") {
  return stage().host.get("/api/v1/services/notifications/" + sent.text("/id") + "/explain", tenant);
}

/// The last decision about the first delivery.
std::string decision(const ApiReply& sent, const std::string& member, const std::string& tenant = "acme") {
  const auto reply = explained(sent, tenant);
  const auto last = reply.size("/deliveries/0/decisions") - 1;
  return reply.text("/deliveries/0/decisions/" + std::to_string(last) + member);
}

std::string statusOf(const ApiReply& sent, const std::string& tenant = "acme") {
  return stage().host.notification(sent.text("/id"), tenant).text("/status");
}

/// What was put off becomes due.
void sendNow(const ApiReply& sent) {
  runSql(stage().host.superuserUrl(),
         "UPDATE belfry.work SET due_at = now() WHERE notification_id = '" + sent.text("/id") + "'");
  EXPECT_EQ(stage().host.waitForStatus(sent.text("/id"), "sent", "acme").text("/status"), "sent");
}

TEST(Dedup, ADoubleIsAnsweredStoredAndExplainedButNotSent) {
  const auto body = mailBody("dedup.drop@example.test", R"(,"dedup":{"key":"drop-1","ttl":"PT24H","strategy":"drop"})");
  const auto first = accepted(body), second = accepted(body);
  EXPECT_EQ(first.text("/status"), "queued");
  EXPECT_EQ(second.text("/status"), "deduplicated");
  EXPECT_EQ(second.text("/deliveries/0/status"), "deduplicated");
  stage().host.waitForStatus(first.text("/id"), "sent", "acme");
  EXPECT_EQ(statusOf(second), "deduplicated");
  EXPECT_EQ(decision(second, "/type"), "deduplicated");
  EXPECT_EQ(decision(second, "/detail/rule"), "dedup");
  EXPECT_EQ(decision(second, "/detail/level"), "send");
  EXPECT_EQ(decision(second, "/detail/first/notification"), first.text("/id"));
  EXPECT_EQ(decision(second, "/detail/first/delivery"), first.text("/deliveries/0/id"));
  EXPECT_EQ(linesTo(stage().sink, "dedup.drop@example.test").size(), 1u);
  EXPECT_EQ(stage().count("belfry.work WHERE notification_id = '" + second.text("/id") + "'"), 0);
}

TEST(Dedup, AGeneratedKeyKnowsWhoWhatAndAboutWhat) {
  const auto of = [](const std::string& address, const std::string& data) {
    return accepted(booking(address, data, later("{}"))).text("/status");
  };
  EXPECT_EQ(of("dedup.gen@example.test", R"({"bookingId":1,"note":"a"})"), "scheduled");
  EXPECT_EQ(of("dedup.gen@example.test", R"({"note":"b","bookingId":1})"), "deduplicated");
  EXPECT_EQ(of("dedup.gen@example.test", R"({"bookingId":2})"), "scheduled");
  EXPECT_EQ(of("dedup.gen2@example.test", R"({"bookingId":1})"), "scheduled");
}

TEST(Dedup, TheTemplateSaysSoAndASendMaySayOtherwise) {
  const auto first = accepted(booking("dedup.template@example.test", R"({"bookingId":7})", R"(,"delay":"PT1H")"));
  const auto second = accepted(booking("dedup.template@example.test", R"({"bookingId":7})"));
  EXPECT_EQ(second.text("/status"), "deduplicated");
  EXPECT_EQ(decision(second, "/detail/level"), "template");
  EXPECT_EQ(decision(second, "/detail/key/source"), "generated");
  EXPECT_EQ(decision(second, "/detail/first/notification"), first.text("/id"));
  const auto third = accepted(booking("dedup.template@example.test", R"({"bookingId":7})", R"(,"dedup":false)"));
  EXPECT_EQ(third.text("/status"), "queued");
}

TEST(Dedup, TheTenantSaysSo) {
  const auto of = [](const std::string& data, const std::string& more = "") {
    return accepted(mailBody("dedup.tenant@example.test", R"(,"delay":"PT1H","data":)" + data + more), "careful");
  };
  of(R"({"order":{"id":1},"n":1})");
  const auto second = of(R"({"order":{"id":1},"n":2})");
  EXPECT_EQ(second.text("/status"), "deduplicated");
  EXPECT_EQ(decision(second, "/detail/level", "careful"), "tenant");
  EXPECT_EQ(of(R"({"order":{"id":2}})").text("/status"), "scheduled");
  EXPECT_EQ(of(R"({"order":{"id":1}})", R"(,"dedup":false)").text("/status"), "scheduled");
  EXPECT_EQ(stage().count("belfry.dedup_keys WHERE expires_at BETWEEN created_at + interval '119 minutes' AND "
                          "created_at + interval '121 minutes'"),
            2)
      << "the tenant's PT2H";
}

TEST(Dedup, AMergeIsSentWithTheDataOfBoth) {
  const auto dedup = later(R"({"key":"merge-1","strategy":"merge"})");
  const auto first = accepted(booking("dedup.merge@example.test", R"({"bookingId":9,"note":"tea"})", dedup));
  const auto second = accepted(booking("dedup.merge@example.test", R"({"extra":" and milk"})", dedup));
  EXPECT_EQ(second.text("/status"), "deduplicated");
  EXPECT_EQ(decision(second, "/detail/outcome"), "merged");
  EXPECT_EQ(decision(first, "/type"), "merged");
  EXPECT_EQ(decision(first, "/detail/from/notification"), second.text("/id"));
  sendNow(first);
  const auto mail = mailTo(stage().sink, "dedup.merge@example.test");
  EXPECT_EQ(mail.header("subject"), "Booking 9");
  EXPECT_THAT(mail.text("/parts/0/text"), HasSubstr("tea and milk"));
  const auto late = accepted(booking("dedup.merge@example.test", R"({"extra":" too late"})", dedup));
  EXPECT_EQ(decision(late, "/detail/outcome"), "dropped");
  EXPECT_THAT(decision(late, "/detail/reason"), HasSubstr("not waiting"));
}

TEST(Dedup, AReplacementIsSentInsteadOfTheFirst) {
  const auto dedup = later(R"({"key":"replace-1","strategy":"replace"})");
  const auto first = accepted(booking("dedup.replace@example.test", R"({"bookingId":1})", dedup));
  const auto second = accepted(booking("dedup.replace@example.test", R"({"bookingId":2})", dedup));
  EXPECT_EQ(second.text("/status"), "scheduled");
  EXPECT_EQ(statusOf(first), "deduplicated");
  EXPECT_EQ(decision(first, "/detail/outcome"), "replaced");
  EXPECT_EQ(decision(first, "/detail/by/notification"), second.text("/id"));
  sendNow(second);
  EXPECT_EQ(mailTo(stage().sink, "dedup.replace@example.test").header("subject"), "Booking 2");
  EXPECT_EQ(linesTo(stage().sink, "dedup.replace@example.test").size(), 1u);
  EXPECT_EQ(accepted(booking("dedup.replace@example.test", R"({"bookingId":3})", dedup)).text("/status"),
            "deduplicated");
}

TEST(Dedup, OfManyAtOnceOneIsSent) {
  constexpr int kAtOnce = 40;
  std::vector<ApiReply> replies(kAtOnce);
  {
    std::vector<std::jthread> threads;
    for (auto& reply : replies)
      threads.emplace_back(
          [&] { reply = accepted(mailBody("dedup.many@example.test", R"(,"dedup":{"key":"many"})")); });
  }
  std::multiset<std::string> statuses;
  std::string first;
  for (const auto& reply : replies) {
    statuses.insert(reply.text("/status"));
    if (reply.text("/status") == "queued") first = reply.text("/id");
  }
  EXPECT_EQ(statuses.count("queued"), 1u);
  EXPECT_EQ(statuses.count("deduplicated"), static_cast<std::size_t>(kAtOnce - 1));
  stage().host.waitForStatus(first, "sent", "acme");
  EXPECT_EQ(linesTo(stage().sink, "dedup.many@example.test").size(), 1u);
}

TEST(Dedup, AReplayByIdempotencyKeyIsNoDouble) {
  const auto body = mailBody("dedup.replay@example.test", later(R"({"key":"replay"})"));
  accepted(body);
  const HttpHeaders key = {{"Idempotency-Key", "dedup-replay"}};
  const auto second = stage().send(body, key), again = stage().send(body, key);
  EXPECT_EQ(second.text("/status"), "deduplicated");
  EXPECT_EQ(again.body, second.body);
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(stage().host.get(std::string(kKeys) + "?key=replay", "acme").text("/items/0/doubles"), "1");
}

TEST(Dedup, ADryRunHoldsNoKey) {
  const auto body = mailBody("dedup.dry@example.test", later(R"({"key":"dry"})"));
  const auto dry = stage().send(mailBody("dedup.dry@example.test", later(R"({"key":"dry"})", R"(,"dryRun":true)")));
  EXPECT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(stage().host.get(std::string(kKeys) + "?key=dry", "acme").status, 404);
  EXPECT_EQ(accepted(body).text("/status"), "scheduled");
}

TEST(Dedup, OperatorsFindExtendAndReleaseKeys) {
  const auto body = mailBody("dedup.keys@example.test", later(R"({"key":"operated","ttl":"PT30M"})"));
  const auto first = accepted(body);
  const auto doubled = accepted(body);
  const auto& host = stage().host;
  const auto found = host.get(std::string(kKeys) + "?key=operated", "acme");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.text("/items/0/notificationId"), first.text("/id"));
  EXPECT_EQ(found.text("/items/0/id"), decision(doubled, "/detail/key/id"));
  EXPECT_EQ(host.get(std::string(kKeys) + "?id=" + found.text("/items/0/id"), "acme").body, found.body);
  EXPECT_EQ(host.get(std::string(kKeys) + "?key=operated", "other").status, 404);
  EXPECT_THAT(host.get(std::string(kKeys) + "?expiringWithin=PT1H", "acme").body, HasSubstr(found.text("/items/0/id")));

  const auto longer = host.post(std::string(kKeys) + "/extend", R"({"key":"operated","by":"PT12H"})", "acme");
  EXPECT_EQ(longer.status, 200) << longer.body;
  EXPECT_GT(longer.text("/items/0/expiresAt"), found.text("/items/0/expiresAt"));
  const auto statistics = host.get("/api/v1/admin/dedup/statistics", "acme");
  EXPECT_EQ(statistics.status, 200);
  EXPECT_GE(std::stol(statistics.text("/doubles")), 1);
  EXPECT_EQ(statistics.text("/channels/0/channel"), "email");

  EXPECT_EQ(host.api("DELETE", std::string(kKeys) + "?key=operated", "", "acme").body, R"({"released":1})");
  EXPECT_EQ(accepted(body).text("/status"), "scheduled");
}

TEST(Dedup, IsCountedInTheMetrics) {
  accepted(mailBody("dedup.metrics@example.test", later(R"({"key":"metrics"})")));
  accepted(mailBody("dedup.metrics@example.test", later(R"({"key":"metrics"})")));
  const auto metrics = stage().host.get("/metrics");
  EXPECT_THAT(metrics.body, HasSubstr("belfry_dedup_claims_total{result=\"double\"}"));
  EXPECT_THAT(metrics.body, HasSubstr("belfry_dedup_alerts_total"));
}

}  // namespace
}  // namespace belfry::test
