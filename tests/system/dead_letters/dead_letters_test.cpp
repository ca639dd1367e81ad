// Dead letters on the real host: what a failing relay leaves, what an operator sees of it, and that it is sent again
// once, as it was or corrected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/test_services.h"
#include "support/wait_until.h"
#include "system/belfry_command.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kLetters = "/api/v1/admin/dead-letters";

HostOptions withTenants(const MailSink& sink) {
  HostOptions options;
  for (const auto* slug : {"inspect", "edit", "race", "bulk", "clash", "bad", "late", "cli"})
    options.tenant_files[slug] = smtpTenant(slug, sink.port());
  for (const auto* slug : {"edit", "bad"})
    options.template_files[std::string(slug) + "/order"] = R"(key: order
engine: mustache
language: en
variables: {required: [orderId]}
content:
  email: {subject: "Order {{orderId}}", text: "Your order is {{orderId}}."}
)";
  return options;
}

const RunningHost& host() { return stage().host; }

struct Failed {
  std::string notification, letter;
};

/// Sends, and waits for the dead letter that comes of it.
Failed failing(const std::string& tenant, const std::string& body) {
  const auto sent = host().send(body, tenant);
  EXPECT_EQ(sent.status, 202) << sent.body;
  const auto id = sent.text("/id");
  EXPECT_EQ(host().waitForStatus(id, "failed", tenant).text("/status"), "failed");
  const auto listed = host().get(kLetters + "?limit=200", tenant);
  for (std::size_t i = 0; i < listed.size("/items"); ++i) {
    const auto item = "/items/" + std::to_string(i);
    if (listed.text(item + "/notificationId") == id) return {id, listed.text(item + "/id")};
  }
  ADD_FAILURE() << "no dead letter of " << id << ": " << listed.body;
  return {id, ""};
}

Failed failingMail(const std::string& tenant, const std::string& address) { return failing(tenant, mailBody(address)); }

std::string orderTo(const std::string& address) {
  return R"({"channel":"email","recipient":{"email":")" + address +
         R"("},"template":{"key":"order"},"data":{"orderId":"A-1"}})";
}

ApiReply post(const std::string& tenant, const std::string& path, const std::string& body, int status) {
  auto reply = host().post(kLetters + path, body, tenant);
  EXPECT_EQ(reply.status, status) << path << " " << body << ": " << reply.body << reply.error;
  return reply;
}

std::size_t deadOnes(const std::string& tenant) { return host().get(kLetters + "?limit=200", tenant).size("/items"); }

ApiReply awaitDone(const std::string& id, const std::string& tenant) {
  ApiReply seen;
  EXPECT_TRUE(waitUntil(60s, [&] {
    seen = host().get("/api/v1/admin/queues/actions/" + id, tenant);
    return seen.status == 200 && seen.text("/state") != "running";
  }));
  EXPECT_EQ(seen.text("/state"), "done") << seen.body;
  return seen;
}

TEST(DeadLetters, AFailedDeliveryIsFoundInspectedAndReplayedOnce) {
  const auto failed = failingMail("inspect", "flaky-3+again@example.test");
  const auto listed = host().get(kLetters + "?channel=email&provider=inspect-smtp&limit=1", "inspect");
  EXPECT_EQ(listed.text("/items/0/id"), failed.letter) << listed.body;
  EXPECT_EQ(listed.text("/items/0/state"), "dead");
  EXPECT_EQ(listed.text("/items/0/attempt"), "3");
  EXPECT_EQ(host().get(kLetters + "?channel=sms", "inspect").size("/items"), 0u);
  EXPECT_EQ(host().get(kLetters + "?errorCode=nosuch", "inspect").size("/items"), 0u);
  EXPECT_EQ(host().get(kLetters + "?errorCode=451%204.3.0", "inspect").size("/items"), 1u);
  EXPECT_EQ(host().get(kLetters + "?to=2026-01-01T00:00:00Z", "inspect").size("/items"), 0u);

  const auto seen = host().get(kLetters + "/" + failed.letter, "inspect");
  EXPECT_EQ(seen.status, 200) << seen.body;
  EXPECT_EQ(seen.size("/notification/deliveries"), 1u);
  EXPECT_EQ(seen.text("/notification/deliveries/0/status"), "failed");
  EXPECT_GE(seen.size("/notification/deliveries/0/timeline"), 8u) << "every attempt with its outcome: " << seen.body;
  EXPECT_EQ(seen.text("/preview/content/subject"), "Hello");
  EXPECT_EQ(seen.text("/preview/provider"), "inspect-smtp");
  EXPECT_THAT(seen.body, Not(HasSubstr("flaky-3+again@example.test"))) << "addresses are masked";

  const auto replayed = post("inspect", "/" + failed.letter + "/replay", "", 200);
  EXPECT_EQ(replayed.text("/state"), "replayed");
  EXPECT_EQ(replayed.text("/replayedAs"), "null");
  EXPECT_EQ(host().waitForStatus(failed.notification, "sent", "inspect").text("/status"), "sent");
  EXPECT_EQ(host().notification(failed.notification, "inspect").text("/deliveries/0/attempt"), "4");
  EXPECT_EQ(linesTo(stage().sink, "flaky-3+again@example.test").size(), 1u);
  const auto again = post("inspect", "/" + failed.letter + "/replay", "", 409);
  EXPECT_EQ(again.text("/code"), "state_conflict");
  EXPECT_THAT(again.text("/detail"), HasSubstr("was replayed by " + replayed.text("/endedBy")));
  EXPECT_EQ(host().api("DELETE", kLetters + "/" + failed.letter, "", "inspect").status, 409);
  EXPECT_EQ(
      post("inspect", "/" + failed.letter + "/edit", R"({"recipient":{"email":"x@example.test"}})", 409).text("/code"),
      "state_conflict");
  const auto audit = host().get("/api/v1/admin/audit", "inspect");
  EXPECT_EQ(audit.size("/items"), 1u) << "what was refused is not in it: " << audit.body;
  EXPECT_EQ(audit.text("/items/0/action"), "dead_letter.replay");
  EXPECT_EQ(audit.text("/items/0/target"), failed.letter);
  EXPECT_EQ(audit.text("/items/0/before/attempt"), "3");
  EXPECT_EQ(host().get(kLetters + "/" + failed.letter, "other").status, 404) << "another tenant's";
  EXPECT_EQ(host().post(kLetters + "/" + failed.letter + "/replay", "", "other").status, 404);
}

TEST(DeadLetters, ACorrectedAddressGetsTheMailOnceAndTheFirstDeliveryStaysAsItEnded) {
  const auto failed = failing("edit", orderTo("defer-451+typo@example.test"));
  const std::string edit = "/" + failed.letter + "/edit";
  const auto dry = post("edit", edit, R"({"recipient":{"email":"right@example.test"},"dryRun":true})", 200);
  EXPECT_EQ(dry.text("/dryRun"), "true");
  EXPECT_EQ(dry.text("/previews/0/content/subject"), "Order A-1");
  EXPECT_EQ(dry.text("/previews/0/exchanges/0/recipients/0"), "right@example.test") << "whoever may send sees them";
  EXPECT_EQ(host().notification(dry.text("/notificationId"), "edit").status, 404) << "nothing was done";
  const auto made = post("edit", edit, R"({"recipient":{"email":"right@example.test"},"data":{"orderId":"A-2"}})", 202);
  EXPECT_EQ(made.text("/deadLetter/state"), "replayed");
  EXPECT_EQ(made.text("/deadLetter/replayedAs"), made.text("/notificationId"));
  const auto fresh = host().waitForStatus(made.text("/notificationId"), "sent", "edit");
  EXPECT_EQ(fresh.text("/status"), "sent");
  EXPECT_EQ(mailTo(stage().sink, "right@example.test").header("subject"), "Order A-2");
  EXPECT_EQ(linesTo(stage().sink, "right@example.test").size(), 1u);
  EXPECT_EQ(linesTo(stage().sink, "defer-451+typo@example.test").size(), 0u);
  const auto first = host().notification(failed.notification, "edit");
  EXPECT_EQ(first.text("/status"), "failed");
  EXPECT_THAT(timelineOf(first), HasSubstr("failed replayed"));
  const auto audit = host().get("/api/v1/admin/audit?action=dead_letter.edit", "edit");
  EXPECT_EQ(audit.text("/items/0/after/corrected/0"), "recipient.email") << audit.body;
  EXPECT_THAT(audit.body, Not(HasSubstr("right@example.test")));
  // Whoever retries all that failed does not send it once more.
  const auto retried =
      host().post("/api/v1/admin/queues/actions", R"({"action":"retry_failed","filter":{"all":true}})", "edit");
  EXPECT_EQ(awaitDone(retried.text("/id"), "edit").text("/changed"), "0");
}

TEST(DeadLetters, OfFiftyWhoReplayAtOnceOneDoes) {
  const auto failed = failingMail("race", "flaky-3+race@example.test");
  std::atomic<int> done = 0, refused = 0;
  {
    std::vector<std::jthread> many;
    for (int i = 0; i < 50; ++i)
      many.emplace_back([&, i] {
        const auto reply = i % 2 ? host().post(kLetters + "/" + failed.letter + "/replay", "", "race")
                                 : host().post(kLetters + "/" + failed.letter + "/edit",
                                               R"({"recipient":{"email":"race.edited@example.test"}})", "race");
        done += reply.status / 100 == 2 ? 1 : 0;
        refused += reply.status == 409 ? 1 : 0;
      });
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(refused, 49);
  const auto letter = host().get(kLetters + "/" + failed.letter, "race");
  const auto as = letter.text("/replayedAs");
  host().waitForStatus(as == "null" ? failed.notification : as, "sent", "race");
  EXPECT_EQ(linesTo(stage().sink, "flaky-3+race@example.test").size() +
                linesTo(stage().sink, "race.edited@example.test").size(),
            1u);
}

TEST(DeadLetters, ManyAreCountedReplayedAndPurgedByFilter) {
  const auto first = failingMail("bulk", "flaky-3+bulk@example.test");
  const auto second = failingMail("bulk", "defer-451+bulk@example.test");
  const std::string of_email = R"({"filter":{"channel":"email"})";
  const auto dry = post("bulk", "/replay", of_email + R"(,"dryRun":true})", 200);
  EXPECT_EQ(dry.text("/matched"), "2");
  EXPECT_EQ(dry.text("/sample/0"), first.letter);
  EXPECT_EQ(deadOnes("bulk"), 2u) << "nothing was done";
  EXPECT_EQ(post("bulk", "/purge", R"({"filter":{"errorCode":"nosuch"},"dryRun":true})", 200).text("/matched"), "0");
  const auto begun = post("bulk", "/replay", of_email + "}", 202);
  EXPECT_EQ(begun.text("/action"), "replay_dead_letters");
  EXPECT_EQ(begun.headers.at("location"), "/api/v1/admin/queues/actions/" + begun.text("/id"));
  EXPECT_EQ(awaitDone(begun.text("/id"), "bulk").text("/changed"), "2");
  EXPECT_EQ(host().waitForStatus(first.notification, "sent", "bulk").text("/status"), "sent");
  EXPECT_TRUE(waitUntil(30s, [] { return deadOnes("bulk") == 1; })) << "the other one fails again";
  EXPECT_EQ(host().notification(second.notification, "bulk").text("/deliveries/0/attempt"), "4");
  EXPECT_EQ(host().get(kLetters + "?state=replayed", "bulk").size("/items"), 2u);
  const auto purged = post("bulk", "/purge", R"({"filter":{"all":true}})", 202);
  EXPECT_EQ(awaitDone(purged.text("/id"), "bulk").text("/changed"), "1");
  EXPECT_EQ(deadOnes("bulk"), 0u);
  EXPECT_EQ(host().notification(second.notification, "bulk").text("/status"), "failed") << "its history stays";
  const auto one = failingMail("bulk", "defer-451+one@example.test");
  EXPECT_EQ(host().api("DELETE", kLetters + "/" + one.letter, "", "bulk").text("/id"), one.letter);
  EXPECT_EQ(host().get(kLetters + "/" + one.letter, "bulk").status, 404);
  EXPECT_EQ(host().post(kLetters + "/" + one.letter + "/replay", "", "bulk").status, 404);
  const auto actions = host().get("/api/v1/admin/audit", "bulk");
  EXPECT_EQ(actions.text("/items/0/action"), "dead_letter.purge") << actions.body;
  EXPECT_EQ(actions.text("/items/1/action"), "queue.purge_dead_letters");
  EXPECT_EQ(actions.text("/items/2/action"), "queue.replay_dead_letters");
}

TEST(DeadLetters, ABulkActionThatRunsRefusesAnother) {
  const auto tenant = runSql(host().superuserUrl(), "SELECT id FROM belfry.tenants WHERE slug = 'clash'").at(0).at(0);
  runSql(host().superuserUrl(),
         "INSERT INTO belfry.dead_letters (tenant_id, id, delivery_id, notification_id, channel, priority, attempt) "
         "SELECT '" +
             tenant +
             "', belfry.new_uuid(now() - interval '1 minute'), gen_random_uuid(), gen_random_uuid(), 'email', "
             "2, 1 FROM generate_series(1, 20000)");
  const auto begun = post("clash", "/purge", R"({"filter":{"all":true}})", 202);
  const auto second = host().post(kLetters + "/replay", R"({"filter":{"all":true}})", "clash");
  EXPECT_EQ(second.status, 409) << "twenty thousand were purged within one request: " << second.body;
  EXPECT_THAT(second.text("/detail"), HasSubstr(begun.text("/id")));
  EXPECT_EQ(awaitDone(begun.text("/id"), "clash").text("/changed"), "20000");
}

TEST(DeadLetters, WhatExpiredIsSentOnlyWithALaterTime) {
  const auto failed = failingMail("late", "defer-451+late@example.test");
  const auto notification = failed.notification;
  runSql(host().superuserUrl(),
         "UPDATE belfry.notifications SET expires_at = now() - interval '1 second' WHERE id = '" + notification + "'");
  const auto refused = post("late", "/" + failed.letter + "/replay", "", 409);
  EXPECT_THAT(refused.text("/detail"), HasSubstr("expired at"));
  const std::string edit = "/" + failed.letter + "/edit";
  const auto still = post("late", edit, R"({"recipient":{"email":"late@example.test"}})", 422);
  EXPECT_EQ(still.text("/errors/0/pointer"), "/expiresAt") << still.body;
  const auto made =
      post("late", edit, R"({"recipient":{"email":"late@example.test"},"expiresAt":"2035-01-01T00:00:00Z"})", 202);
  EXPECT_EQ(host().waitForStatus(made.text("/notificationId"), "sent", "late").text("/status"), "sent");
}

TEST(DeadLetters, BadInputNamesFieldValueAndWhatIsAllowedAndNothingIsHalfDone) {
  const auto of_template = failing("bad", orderTo("defer-451+bad@example.test"));
  const auto of_content = failingMail("bad", "defer-451+content@example.test");
  const auto notifications = stage().count("belfry.notifications");
  struct Bad {
    std::string path, body, pointer, says;
  };
  const auto ordered = "/" + of_template.letter + "/edit", plain = "/" + of_content.letter + "/edit";
  for (const auto& bad : {
           Bad{ordered, "{}", "", "nothing is corrected"},
           Bad{ordered, R"({"dryRun":true})", "", "nothing is corrected"},
           Bad{ordered, R"({"to":"x"})", "/to", "unknown"},
           Bad{ordered, R"({"recipient":{}})", "/recipient", "userId, email, phone"},
           Bad{ordered, R"({"recipient":{"email":"not an address"}})", "/recipient/email", "not an address"},
           Bad{ordered, R"({"recipient":{"mail":"x"}})", "/recipient/mail", ""},
           Bad{ordered, R"({"data":{}})", "/data/orderId", "missing_variable"},
           Bad{ordered, R"({"data":[1]})", "/data", "object"},
           Bad{ordered, R"({"template":{"version":99}})", "/template/key", "no version 99"},
           Bad{ordered, R"({"template":{"version":0}})", "/template/version", "1"},
           Bad{ordered, R"({"template":{"key":"other"}})", "/template/key", ""},
           Bad{ordered, R"({"template":{}})", "/template", "version, language"},
           Bad{ordered, R"({"template":{"version":1},"content":{"text":"x"}})", "/content", "contradicts template"},
           Bad{ordered, R"({"content":{}})", "/content", "subject, text"},
           Bad{ordered, R"({"content":{"title":"x"}})", "/content", "text"},
           Bad{ordered, R"({"expiresAt":"2020-01-01T00:00:00Z"})", "/expiresAt", "2020"},
           Bad{plain, R"({"template":{"version":1}})", "/template", "without a template"},
           Bad{"/replay", "{}", "/filter", "all"},
           Bad{"/replay", R"({"filter":{}})", "/filter", R"(all\": true)"},
           Bad{"/replay", R"({"filter":{"all":true,"channel":"sms"}})", "/filter/all", "all alone"},
           Bad{"/replay", R"({"filter":{"channel":"pigeon"}})", "/filter/channel", "email"},
           Bad{"/replay", R"({"filter":{"state":"failed"}})", "/filter/state", ""},
           Bad{"/purge", R"({"filter":{"template":"Bad Key"}})", "/filter/template", "Bad Key"},
           Bad{"/purge", R"({"filter":{"all":true},"limit":0})", "/limit", "1"},
           Bad{"/purge", R"({"filter":{"from":"2026-02-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}})", "/filter/to",
               "2026-02-01"},
       }) {
    const auto refused = post("bad", bad.path, bad.body, 422);
    EXPECT_EQ(refused.text("/errors/0/pointer"), bad.pointer) << bad.body << refused.body;
    EXPECT_THAT(refused.body, HasSubstr(bad.says)) << bad.body;
  }
  EXPECT_EQ(deadOnes("bad"), 2u);
  EXPECT_EQ(stage().count("belfry.notifications"), notifications);
  EXPECT_EQ(host().get("/api/v1/admin/audit", "bad").size("/items"), 0u);
  for (const auto* query : {"?state=lost", "?channel=pigeon", "?limit=0", "?cursor=x", "?from=yesterday", "?sort=id"})
    EXPECT_EQ(host().get(kLetters + query, "bad").status, 422) << query;
  EXPECT_EQ(host().get(kLetters + "/nosuch", "bad").status, 404);
  EXPECT_EQ(host()
                .post("/api/v1/admin/queues/actions", R"({"action":"purge_dead_letters","filter":{"all":true}})", "bad")
                .text("/errors/0/pointer"),
            "/action")
      << "these have an operation of their own";
}

TEST(DeadLetters, OnlyWhoMayIsLetIn) {
  const auto key = [](const std::string& role) {
    const auto made = host().post("/api/v1/admin/keys", R"({"name":"k","roles":[")" + role + "\"]}", "bad");
    return HttpHeaders{{"X-API-Key", made.text("/key")}};
  };
  const auto viewer = key("notification-viewer"), manager = key("notification-manager");
  const auto one = kLetters + "/01935b5e-7c00-7000-8000-000000000001";
  EXPECT_EQ(host().api("GET", kLetters, "", "", viewer).status, 200);
  EXPECT_EQ(host().api("POST", one + "/replay", "", "", viewer).status, 403);
  EXPECT_EQ(host().api("POST", one + "/replay", "", "", manager).status, 404);
  EXPECT_EQ(host().api("POST", one + "/edit", R"({"data":{}})", "", viewer).status, 403);
  EXPECT_EQ(host().api("DELETE", one, "", "", manager).status, 403);
  EXPECT_EQ(host().api("POST", kLetters + "/replay", R"({"filter":{"all":true}})", "", manager).status, 403);
  EXPECT_EQ(host().api("POST", kLetters + "/purge", R"({"filter":{"all":true}})", "", manager).status, 403);
}

Said ofTenant(std::vector<std::string> args) {
  args.insert(args.end(), {"--tenant", "cli"});
  return runBelfry(host(), std::move(args));
}

TEST(BelfryDlq, DoesItAllFromTheCommandLine) {
  const auto one = failingMail("cli", "flaky-3+cli@example.test");
  const auto two = failingMail("cli", "defer-451+cli@example.test");
  const auto listed = ofTenant({"dlq", "list", "--channel", "email"});
  EXPECT_THAT(listed.out, HasSubstr(one.letter));
  EXPECT_THAT(listed.out, HasSubstr(two.letter));
  const auto shown = ofTenant({"dlq", "show", two.letter});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("It rings."));
  EXPECT_EQ(ofTenant({"dlq", "replay", "--id", one.letter}).code, 0);
  EXPECT_EQ(host().waitForStatus(one.notification, "sent", "cli").text("/status"), "sent");
  EXPECT_EQ(ofTenant({"dlq", "replay", "--id", one.letter}).code, 1);
  EXPECT_THAT(ofTenant({"dlq", "purge", "--all", "--dry-run"}).out, HasSubstr("1 dead letters would be purged"));
  const auto dry = ofTenant({"dlq", "edit", two.letter, "--email", "cli.right@example.test", "--dry-run"});
  EXPECT_THAT(dry.out, HasSubstr("nothing was done"));
  EXPECT_EQ(ofTenant({"dlq", "edit", two.letter, "--email", "no address"}).code, 1);
  const auto made = ofTenant({"dlq", "edit", two.letter, "--email", "cli.right@example.test", "--json"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(mailTo(stage().sink, "cli.right@example.test").text("/headers/subject"), "Hello");
  const auto three = failingMail("cli", "defer-451+purge@example.test");
  EXPECT_THAT(ofTenant({"dlq", "purge", "--id", three.letter}).out, HasSubstr("purged dead letter " + three.letter));
  EXPECT_EQ(ofTenant({"dlq", "replay", "--provider", "cli-smtp", "--error", "nosuch"}).code, 0);
  EXPECT_THAT(ofTenant({"audit", "list"}).out, HasSubstr("dead_letter.purge"));
}

TEST(DeadLettersKept, OldOnesGoByThemselvesAndTheRestIsCounted) {
  const auto tenant = runSql(host().superuserUrl(), "SELECT id FROM belfry.tenants WHERE slug = 'other'").at(0).at(0);
  // By age since death: 30 days for what is dead, 7 for what was dealt with.
  runSql(
      host().superuserUrl(),
      "INSERT INTO belfry.dead_letters (tenant_id, id, delivery_id, notification_id, channel, priority, attempt, "
      "state, ended_at) SELECT '" +
          tenant +
          "', belfry.new_uuid(now() - d * interval '1 day'), gen_random_uuid(), gen_random_uuid(), 'slack', 2, 1, s, "
          "CASE WHEN s <> 'dead' THEN now() END FROM unnest('{29,31,6,8,6,8}'::int[], "
          "'{dead,dead,replayed,replayed,settled,settled}'::text[]) AS t (d, s)");
  stage().host.kill();
  stage().host.start();
  const auto left = [] { return stage().count("belfry.dead_letters WHERE channel = 'slack'"); };
  EXPECT_TRUE(waitUntil(60s, [&] { return left() == 3; })) << left();
  EXPECT_EQ(host().get(kLetters + "?channel=slack", "other").size("/items"), 1u);
  EXPECT_TRUE(waitUntil(60s, [] {
    const auto metrics = request("GET", host().port(), "/metrics").body;
    return metrics.find(R"(belfry_dead_letters{channel="slack"} 1)") != std::string::npos;
  }));
}

}  // namespace

Stage& stage() {
  static Stage the_one(&withTenants);
  return the_one;
}

}  // namespace belfry::test
