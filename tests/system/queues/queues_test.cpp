// Queue control on the real host: pauses hold, resumes let go, drains refuse, bulk actions change exactly what they
// say, and each of it is found in the audit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/test_services.h"
#include "support/wait_until.h"
#include "system/belfry_command.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string kQueues = "/api/v1/admin/queues";

/// A tenant with two mail providers, one behind the other.
std::string twoProviders(const MailSink& sink) {
  auto file = smtpTenant("pair", sink.port());
  const auto first = file.find("  - ");
  auto second = file.substr(first);
  const std::string slug = "pair-smtp";
  second.replace(second.find(slug), slug.size(), "pair-spare");
  return file + second;
}

HostOptions withTenants(const MailSink& sink) {
  HostOptions options;
  for (const auto* slug : {"held", "single", "drained", "bulk", "crash", "cli"})
    options.tenant_files[slug] = smtpTenant(slug, sink.port());
  options.tenant_files["pair"] = twoProviders(sink);
  return options;
}

const RunningHost& host() { return stage().host; }

ApiReply post(const std::string& tenant, const std::string& path, const std::string& body, int status) {
  auto reply = host().post(kQueues + path, body, tenant);
  EXPECT_EQ(reply.status, status) << path << " " << body << ": " << reply.body << reply.error;
  return reply;
}

std::string send(const std::string& tenant, const std::string& to, const std::string& more = "") {
  const auto sent = host().send(mailBody(to, more), tenant);
  EXPECT_EQ(sent.status, 202) << sent.body;
  return sent.text("/id");
}

std::string statusOf(const std::string& id, const std::string& tenant) {
  return host().notification(id, tenant).text("/status");
}

void awaitStatus(const std::string& id, const std::string& status, const std::string& tenant) {
  EXPECT_EQ(host().waitForStatus(id, status, tenant).text("/status"), status);
}

std::string tenantId(const std::string& slug) {
  return runSql(host().superuserUrl(), "SELECT id FROM belfry.tenants WHERE slug = '" + slug + "'").at(0).at(0);
}

long parked(const std::string& tenant) {
  return stage().count("belfry.work WHERE belfry.parked(due_at) AND tenant_id = '" + tenantId(tenant) + "'");
}

ApiReply queue(const std::string& tenant, const std::string& priority = "medium") {
  return host().get(kQueues + "?channel=email&priority=" + priority, tenant);
}

/// Waits until the operation runs no more.
ApiReply awaitDone(const std::string& id, const std::string& tenant) {
  ApiReply seen;
  EXPECT_TRUE(waitUntil(60s, [&] {
    seen = host().get(kQueues + "/actions/" + id, tenant);
    return seen.status == 200 && seen.text("/state") != "running";
  }));
  EXPECT_EQ(seen.text("/state"), "done") << seen.body;
  return seen;
}

TEST(Queues, APauseHoldsItsQueueAloneAndAResumeLetsItGo) {
  const auto made = post("held", "/pause", R"({"channel":"email","priority":"low","reason":"slow relay"})", 201);
  EXPECT_EQ(made.text("/by"), host().get("/api/v1/admin/audit?limit=1", "held").text("/items/0/actor"));
  const auto held = send("held", "held.low@example.test", R"(,"priority":"low")");
  const auto free = send("held", "held.high@example.test", R"(,"priority":"high")");
  awaitStatus(free, "sent", "held");
  EXPECT_TRUE(waitUntil(30s, [] { return parked("held") == 1; }));
  EXPECT_EQ(statusOf(held, "held"), "queued");
  EXPECT_EQ(host().notification(held, "held").text("/deliveries/0/attempt"), "0");
  const auto seen = queue("held", "low");
  EXPECT_EQ(seen.text("/items/0/waiting"), "1") << seen.body;
  EXPECT_EQ(seen.text("/items/0/paused/0/reason"), "slow relay");
  EXPECT_EQ(seen.text("/items/0/exact"), "true");
  EXPECT_EQ(seen.text("/items/0/drainSeconds"), "null");

  EXPECT_EQ(post("held", "/resume", R"({"channel":"email","priority":"low"})", 200).size("/ended"), 1u);
  awaitStatus(held, "sent", "held");
  EXPECT_EQ(timelineOf(host().notification(held, "held")), "accepted queued sending sent");
  EXPECT_EQ(parked("held"), 0);
  EXPECT_EQ(host().get(kQueues + "/pauses", "held").size("/items"), 0u);
  const auto audit = host().get("/api/v1/admin/audit", "held");
  EXPECT_EQ(audit.text("/items/0/action"), "queue.resume") << audit.body;
  EXPECT_EQ(audit.text("/items/1/action"), "queue.pause");
  EXPECT_EQ(audit.text("/items/1/target"), "email/low");
  EXPECT_EQ(audit.text("/items/1/after/reason"), "slow relay");
}

TEST(Queues, APriorityThatIsNotPausedLetsAParkedDeliveryGo) {
  post("held", "/pause", R"({"channel":"email","priority":"low"})", 201);
  const auto held = send("held", "held.raised@example.test", R"(,"priority":"low")");
  EXPECT_TRUE(waitUntil(30s, [] { return parked("held") == 1; }));
  post("held", "/actions", R"({"action":"change_priority","filter":{"priority":"low"},"priority":"high"})", 202);
  awaitStatus(held, "sent", "held");
  EXPECT_EQ(timelineOf(host().notification(held, "held")), "accepted queued priority_changed sending sent");
  post("held", "/resume", R"({"channel":"email","priority":"low"})", 200);
}

TEST(Queues, APausedProviderIsPassedOverAndTheOnlyOneIsWaitedFor) {
  post("pair", "/pause", R"({"provider":"pair-smtp"})", 201);
  const auto by_spare = send("pair", "pair.one@example.test");
  awaitStatus(by_spare, "sent", "pair");
  const auto shown = host().notification(by_spare, "pair");
  EXPECT_EQ(shown.text("/deliveries/0/provider"), "pair-spare");
  EXPECT_THAT(host().get("/api/v1/services/notifications/" + by_spare + "/explain", "pair").body, HasSubstr("paused"));

  post("single", "/pause", R"({"provider":"single-smtp"})", 201);
  const auto waits = send("single", "single@example.test");
  EXPECT_TRUE(waitUntil(30s, [] { return parked("single") == 1; }));
  EXPECT_EQ(host().notification(waits, "single").text("/deliveries/0/attempt"), "0");
  post("single", "/resume", R"({"provider":"single-smtp"})", 200);
  awaitStatus(waits, "sent", "single");
  EXPECT_EQ(host().notification(waits, "single").text("/deliveries/0/attempt"), "1");
}

TEST(Queues, ADrainRefusesSendsOnEveryHostAndSaysWhenNothingIsLeft) {
  const auto later = send("drained", "drained@example.test", R"(,"delay":"PT1H")");
  post("drained", "/drain", R"({"channel":"email","reason":"the relay moves"})", 201);
  const auto refused = host().send(mailBody("late@example.test"), "drained");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.text("/code"), "not_ready");
  EXPECT_THAT(refused.text("/detail"), HasSubstr("channel email is being drained since"));
  EXPECT_THAT(refused.text("/detail"), HasSubstr("the relay moves"));
  EXPECT_EQ(refused.headers.at("retry-after"), "60");

  HostOptions options;
  options.embedded = false;
  options.set = {"database.url=" + host().databaseUrl(),
                 "security.master_key_file=" + (host().dataDirectory() / "master.key").string()};
  const RunningHost second(options);
  const HttpHeaders admin = {{"X-API-Key", host().adminKey()}};
  EXPECT_EQ(second.send(mailBody("late@example.test"), "drained", admin).status, 503) << "known from its start";

  EXPECT_EQ(host().get(kQueues + "/pauses", "drained").text("/items/0/empty"), "false");
  host().post("/api/v1/services/notifications/" + later + "/cancel", "", "drained");
  EXPECT_EQ(host().get(kQueues + "/pauses", "drained").text("/items/0/empty"), "true");
  post("drained", "/resume", R"({"channel":"email"})", 200);
  EXPECT_TRUE(waitUntil(30s, [&] {
    return second.send(mailBody("welcome@example.test"), "drained", admin).status == 202;
  })) << "the announcement reaches the other host";
}

TEST(Queues, BulkActionsChangeWhatTheySayAndNothingInADryRun) {
  const auto failed = host().send(R"({"channel":"email","recipient":{"email":"defer-451+bulk@example.test"},)"
                                  R"("content":{"subject":"Hello","text":"It rings."}})",
                                  "bulk");
  awaitStatus(failed.text("/id"), "failed", "bulk");
  const std::string retry = R"({"action":"retry_failed","filter":{"channel":"email"})";
  const auto dry = post("bulk", "/actions", retry + R"(,"dryRun":true})", 200);
  EXPECT_EQ(dry.text("/matched"), "1");
  EXPECT_EQ(dry.text("/complete"), "true");
  EXPECT_EQ(dry.text("/sample/0"), failed.text("/deliveries/0/id"));
  EXPECT_EQ(statusOf(failed.text("/id"), "bulk"), "failed");
  const auto begun = post("bulk", "/actions", retry + "}", 202);
  EXPECT_EQ(begun.headers.at("location"), kQueues + "/actions/" + begun.text("/id"));
  EXPECT_EQ(awaitDone(begun.text("/id"), "bulk").text("/changed"), "1");
  EXPECT_TRUE(waitUntil(30s, [&] {
    return host().notification(failed.text("/id"), "bulk").text("/deliveries/0/attempt") == "4";
  })) << "three attempts were used up, one more is made";
  awaitStatus(failed.text("/id"), "failed", "bulk");

  post("bulk", "/pause", R"({"all":true})", 201);
  const auto low = send("bulk", "bulk.low@example.test", R"(,"priority":"low")");
  const auto high = send("bulk", "bulk.high@example.test", R"(,"priority":"high")");
  EXPECT_TRUE(waitUntil(30s, [] { return parked("bulk") == 2; })) << "no worker holds them any more";
  const auto raised = post("bulk", "/actions",
                           R"({"action":"change_priority","filter":{"priority":"low"},"priority":"critical"})", 202);
  EXPECT_EQ(awaitDone(raised.text("/id"), "bulk").text("/changed"), "1");
  EXPECT_EQ(timelineOf(host().notification(low, "bulk")), "accepted queued priority_changed");
  EXPECT_EQ(queue("bulk", "critical").text("/items/0/waiting"), "1");
  const auto deleted =
      post("bulk", "/actions", R"({"action":"delete_waiting","filter":{"notificationIds":[")" + high + "\"]}}", 202);
  EXPECT_EQ(awaitDone(deleted.text("/id"), "bulk").text("/changed"), "1");
  EXPECT_EQ(statusOf(high, "bulk"), "cancelled");
  EXPECT_EQ(statusOf(low, "bulk"), "queued");
  post("bulk", "/resume", R"({"all":true})", 200);
  awaitStatus(low, "sent", "bulk");
  EXPECT_EQ(host().get(kQueues + "/actions", "bulk").size("/items"), 3u);
  EXPECT_EQ(host().get(kQueues + "/actions/" + low, "bulk").status, 404);
  EXPECT_EQ(host().get(kQueues + "/actions/" + deleted.text("/id"), "held").status, 404) << "another tenant's";
}

TEST(Queues, ABulkActionOutlivesItsHostAndASecondOneIsRefusedMeanwhile) {
  const auto tenant = tenantId("crash");
  post("crash", "/pause", R"({"all":true})", 201);
  constexpr int kMany = 20000;
  runSql(
      host().superuserUrl(),
      "CREATE TEMP TABLE made AS SELECT overlay(gen_random_uuid()::text PLACING left(belfry.uuid_bound(now())::text, "
      "13) "
      "FROM 1)::uuid AS id FROM generate_series(1, " +
          std::to_string(kMany) +
          "); INSERT INTO belfry.deliveries (tenant_id, id, notification_id, channel, address, status, created_at, "
          "updated_at) SELECT '" +
          tenant +
          "', id, id, 'email', 0, 'queued', now(), now() FROM made; INSERT INTO belfry.work (tenant_id, delivery_id, "
          "notification_id, channel, address, priority, state, due_at, seq) SELECT '" +
          tenant + "', id, id, 'email', 0, 2, 'queued', now(), 2 FROM made");
  EXPECT_TRUE(waitUntil(60s, [] { return parked("crash") == kMany; })) << "no worker holds any of them";
  const auto begun = post("crash", "/actions", R"({"action":"delete_waiting","filter":{"all":true}})", 202);
  const auto second =
      host().post(kQueues + "/actions", R"({"action":"delete_waiting","filter":{"all":true}})", "crash");
  if (second.status == 409) {
    EXPECT_THAT(second.text("/detail"), HasSubstr(begun.text("/id")));
  } else {
    ADD_FAILURE() << "twenty thousand were deleted within one request: " << second.body;
  }
  stage().host.kill();
  stage().host.start();
  EXPECT_EQ(awaitDone(begun.text("/id"), "crash").text("/changed"), std::to_string(kMany));
  EXPECT_EQ(stage().count("belfry.work WHERE tenant_id = '" + tenant + "'"), 0);
  EXPECT_EQ(stage().count("belfry.delivery_events WHERE type = 'cancelled' AND tenant_id = '" + tenant + "'"), kMany)
      << "each exactly once";
  EXPECT_EQ(host().get(kQueues + "/pauses", "crash").size("/items"), 1u) << "the pause outlives the host too";
}

TEST(Queues, BadInputNamesFieldValueAndWhatIsAllowed) {
  struct Bad {
    std::string path, body, pointer, allowed;
  };
  for (const auto& bad : {
           Bad{"/pause", "{}", "/all", "channel, priority, provider"},
           Bad{"/pause", R"({"priority":"urgentest"})", "/priority", "critical, high, medium, low"},
           Bad{"/pause", R"({"channel":"pigeon"})", "/channel", "email"},
           Bad{"/pause", R"({"provider":"nosuch"})", "/provider", "held-smtp"},
           Bad{"/pause", R"({"channel":"email","all":true})", "/all", "all alone"},
           Bad{"/pause", R"({"queue":"email"})", "/queue", ""},
           Bad{"/drain", R"({"channel":"email","priority":"low"})", "/priority", "channel, or all"},
           Bad{"/resume", R"({"channel":"email","reason":"x"})", "/reason", ""},
           Bad{"/actions", R"({"filter":{"all":true}})", "/action", "retry_failed, delete_waiting, change_priority"},
           Bad{"/actions", R"({"action":"explode","filter":{"all":true}})", "/action", "retry_failed"},
           Bad{"/actions", R"({"action":"retry_failed"})", "/filter", "an object"},
           Bad{"/actions", R"({"action":"retry_failed","filter":{}})", "/filter", R"({"all": true})"},
           Bad{"/actions", R"({"action":"retry_failed","filter":{"all":true},"limit":0})", "/limit", "1"},
           Bad{"/actions", R"({"action":"change_priority","filter":{"all":true}})", "/priority", "critical"},
           Bad{"/actions", R"({"action":"change_priority","filter":{"all":true},"priority":"7"})", "/priority",
               "critical"},
           Bad{"/actions", R"({"action":"delete_waiting","filter":{"state":"sent"}})", "/filter/state", "scheduled"},
           Bad{"/actions", R"({"action":"delete_waiting","filter":{"notificationIds":["x"]}})",
               "/filter/notificationIds/0", "a UUID"},
           Bad{"/actions", R"({"action":"delete_waiting","filter":{"notificationIds":[]}})", "/filter/notificationIds",
               "1 to 1000"},
           Bad{"/actions", R"({"action":"delete_waiting","filter":{"batchId":"x"}})", "/filter/batchId", "a UUID"},
       }) {
    const auto refused = post("held", bad.path, bad.body, 422);
    EXPECT_EQ(refused.text("/errors/0/pointer"), bad.pointer) << bad.body << refused.body;
    EXPECT_THAT(refused.text("/errors/0/allowed"), HasSubstr(bad.allowed)) << bad.body;
  }
  EXPECT_EQ(post("held", "/resume", R"({"channel":"sms"})", 409).text("/code"), "state_conflict");
  post("held", "/pause", R"({"channel":"sms"})", 201);
  EXPECT_EQ(post("held", "/pause", R"({"channel":"sms"})", 409).text("/code"), "state_conflict");
  post("held", "/resume", R"({"channel":"sms"})", 200);
  EXPECT_EQ(host().get(kQueues + "?priority=7", "held").status, 422);
  EXPECT_EQ(host().get(kQueues + "/actions?limit=0", "held").status, 422);
  EXPECT_EQ(host().get("/api/v1/admin/audit?from=yesterday", "held").status, 422);
}

TEST(Queues, OnlyWhoMayIsLetIn) {
  const auto key = [](const std::string& role) {
    const auto made = host().post("/api/v1/admin/keys", R"({"name":"k","roles":[")" + role + "\"]}", "held");
    return HttpHeaders{{"X-API-Key", made.text("/key")}};
  };
  const auto viewer = key("notification-viewer"), service = key("notification-service");
  EXPECT_EQ(host().api("GET", kQueues, "", "", viewer).status, 200);
  EXPECT_EQ(host().api("POST", kQueues + "/pause", R"({"all":true})", "", viewer).status, 403);
  EXPECT_EQ(host().api("GET", "/api/v1/admin/audit", "", "", viewer).status, 403);
  EXPECT_EQ(host().api("GET", kQueues, "", "", service).status, 403);
}

TEST(Queues, StatisticsGiveThroughputTimesAndAdvice) {
  const auto tenant = tenantId("other");
  runSql(host().superuserUrl(),
         "INSERT INTO belfry.delivery_statistics (tenant_id, minute, channel, priority, provider, type, count, "
         "latency_ms, "
         "buckets) SELECT '" +
             tenant +
             "', date_trunc('minute', now()) - n * interval '1 minute', 'sms', 1, 'p', t, 60, 30000, "
             "'{30,0,0,30,0,0,0,0,0,0,0,0}' FROM generate_series(1, 3) n, unnest('{sent,queued}'::text[]) t");
  const auto seen = host().get(kQueues + "?channel=sms", "other");
  EXPECT_EQ(seen.text("/items/0/priority"), "high") << seen.body;
  EXPECT_EQ(seen.text("/items/0/succeeded"), "180");
  EXPECT_EQ(seen.text("/items/0/successShare"), "1.0");
  EXPECT_EQ(seen.text("/items/0/timeToSend/meanSeconds"), "0.5");
  EXPECT_EQ(seen.text("/items/0/timeToSend/p50Seconds"), "0.1");
  EXPECT_EQ(seen.text("/items/0/timeToSend/p95Seconds"), "1.0");
  EXPECT_EQ(seen.text("/items/0/recommendedSlots"), "1");
  EXPECT_GT(std::strtod(seen.text("/items/0/settledPerMinute/last15").c_str(), nullptr), 0);
  const auto metrics = request("GET", host().port(), "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr(R"(belfry_queue_waiting{channel="email",priority="low"})"));
  EXPECT_THAT(metrics, HasSubstr(R"(belfry_queue_oldest_seconds{channel="email",priority="low"})"));
}

Said ofTenant(std::vector<std::string> args) {
  args.insert(args.end(), {"--tenant", "cli"});
  return runBelfry(host(), std::move(args));
}

TEST(BelfryQueue, DoesItAllFromTheCommandLine) {
  EXPECT_EQ(ofTenant({"queue", "pause", "--channel", "email", "--reason", "by hand"}).code, 0);
  EXPECT_EQ(ofTenant({"queue", "pause", "--channel", "email"}).code, 1) << "it is paused already";
  EXPECT_EQ(ofTenant({"queue", "pause"}).code, 2);
  const auto waits = send("cli", "cli@example.test"), goes = send("cli", "cli2@example.test", R"(,"priority":"low")");
  EXPECT_TRUE(waitUntil(30s, [] { return parked("cli") == 2; }));
  EXPECT_THAT(ofTenant({"queue", "pauses"}).out, HasSubstr("by hand"));
  const auto listed = ofTenant({"queue", "list"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("medium"));
  const auto dry = ofTenant({"queue", "delete-waiting", "--priority", "low", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("1 deliveries would be changed; nothing was"));
  EXPECT_EQ(ofTenant({"queue", "delete-waiting"}).code, 1) << "nothing says which";
  const auto deleted = ofTenant({"queue", "delete-waiting", "--priority", "low"});
  EXPECT_EQ(deleted.code, 0) << deleted.err;
  EXPECT_THAT(deleted.err, HasSubstr("belfry queue operation "));
  awaitStatus(goes, "cancelled", "cli");
  const auto id = deleted.err.substr(deleted.err.rfind(' ') + 1, 36);
  awaitDone(id, "cli");
  EXPECT_THAT(ofTenant({"queue", "operation", id}).out, HasSubstr("delete_waiting"));
  EXPECT_THAT(ofTenant({"queue", "operations"}).out, HasSubstr(id));
  EXPECT_EQ(ofTenant({"queue", "change-priority", "--all"}).code, 2) << "to what?";
  const auto raised = ofTenant({"queue", "change-priority", "--all", "--to-priority", "high", "--json"});
  EXPECT_EQ(raised.code, 0) << raised.err;
  const auto answer = parseJson(raised.out);
  ASSERT_TRUE(answer) << raised.out;
  awaitDone(std::string(asView((*answer)["id"])), "cli");
  EXPECT_EQ(timelineOf(host().notification(waits, "cli")), "accepted queued priority_changed");
  EXPECT_EQ(ofTenant({"queue", "retry-failed", "--channel", "email", "--dry-run"}).code, 0);
  EXPECT_EQ(ofTenant({"queue", "resume", "--channel", "email"}).code, 0);
  awaitStatus(waits, "sent", "cli");
  EXPECT_EQ(ofTenant({"queue", "drain", "--all"}).code, 0);
  EXPECT_EQ(host().send(mailBody("late@example.test"), "cli").status, 503);
  EXPECT_EQ(ofTenant({"queue", "resume", "--all"}).code, 0);
  const auto audit = ofTenant({"audit", "list"});
  for (const auto* action :
       {"queue.pause", "queue.resume", "queue.drain", "queue.delete_waiting", "queue.change_priority"})
    EXPECT_THAT(audit.out, HasSubstr(action));
  EXPECT_THAT(ofTenant({"audit", "list", "--action", "queue.drain"}).out, ::testing::Not(HasSubstr("queue.pause")));
}

}  // namespace

Stage& stage() {
  static Stage the_one(&withTenants);
  return the_one;
}

}  // namespace belfry::test
