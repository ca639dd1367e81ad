// Every operation of schemas/api/openapi.yaml is driven on the real host, with its good answer and its main refusals,
// and each answer is held against the contract. An operation that nobody drives fails the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "kit/crypto.h"
#include "kit/time.h"
#include "support/courier_host.h"
#include "support/http_client.h"
#include "support/test_plugins.h"
#include "support/wait_until.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSends = "/api/v1/services/notifications";
constexpr const char* kSubscriberSecret = "a secret of 32 bytes at the least";
constexpr const char* kUnknownId = "01935b5e-7c00-7000-8000-000000000001";

/// Tenant acme with end users and an inbox beside its mail.
std::string acmeWithUsers(const MailSink& sink) {
  auto file = smtpTenant("acme", sink.port());
  const std::string auth = "auth: [apikey]";
  file.replace(file.find(auth), auth.size(), "auth: [apikey, test-user]\nsubscriber_secret: {env: ACME_SUBSCRIBERS}");
  return file + "  - {id: acme-inbox, plugin: test-inbox, channel: inapp}\n";
}

HostOptions withTestPlugins(const MailSink& sink) {
  static const TemporaryDirectory directory;
  const auto lock = directory.path() / "plugins.lock";
  writeTestPluginLock(lock, {"test-user", "test-inbox", "test-courier"});
  HostOptions options;
  options.set = {"plugins.lock=" + lock.string()};
  options.tenant_files["acme"] = acmeWithUsers(sink);
  options.environment["ACME_SUBSCRIBERS"] = kSubscriberSecret;
  addCourierTenants(options);
  return options;
}

/// packaging/fetch-docs-ui gets the page's files where there is a way to get them; without them /docs is a plain page.
bool hasDocsUi() {
  const bool has =
      std::filesystem::exists(std::filesystem::path(std::getenv("BELFRY_BUILD_DIR")) / "docs-ui" / "version");
  if (!has)
    std::cout << "Left out: GET /docs/{file}, since the page's files are not there (packaging/fetch-docs-ui).\n";
  return has;
}

/// Sends requests and keeps what came back for the checker.
class Driver {
 public:
  explicit Driver(const RunningHost& host) : host_(host) {}

  /// The next call acts on this tenant.
  Driver& as(const std::string& tenant) {
    tenant_ = tenant;
    return *this;
  }
  void awaitSent(const std::string& id, const std::string& tenant) const {
    EXPECT_EQ(host_.waitForStatus(id, "sent", tenant).text("/status"), "sent");
  }

  /// As the platform admin for tenant acme.
  ApiReply call(const std::string& method, const std::string& path, int status, const std::string& body = "",
                HttpHeaders headers = {}) {
    auto reply = host_.api(method, path, body, std::exchange(tenant_, "acme"), std::move(headers));
    EXPECT_EQ(reply.status, status) << method << " " << path << ": " << reply.body << reply.error;
    keep(method, path, reply.status, reply.headers, reply.body);
    return reply;
  }

  /// Without a credential.
  void open(const std::string& path, int status) {
    const auto reply = request("GET", host_.port(), path);
    EXPECT_EQ(reply.status, status) << path << ": " << reply.body;
    keep("GET", path, reply.status, reply.headers, reply.body);
  }
  void withoutCredential(const std::string& method, const std::string& path) {
    const auto reply =
        request(method, host_.port(), path, {{"Content-Type", "application/json"}}, method == "POST" ? "{}" : "");
    EXPECT_EQ(reply.status, 401) << method << " " << path << ": " << reply.body;
    keep(method, path, reply.status, reply.headers, reply.body);
  }
  /// A POST as it is written on the wire; `more` are header lines.
  void raw(const std::string& path, const std::string& more, int status) {
    HttpConnection connection(host_.port());
    connection.sendRaw("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Tenant: acme\r\nX-API-Key: " +
                       host_.adminKey() + "\r\n" + more + "\r\n");
    const auto reply = connection.read();
    EXPECT_EQ(reply.status, status) << path << ": " << reply.body << reply.error;
    keep("POST", path, reply.status, reply.headers, reply.body);
  }

  /// What the checker says about all of it; "" when nothing is wrong.
  std::string verdict() const {
    const auto file = directory_.path() / "exchanges";
    std::ofstream(file, std::ios::binary) << exchanges_;
    const std::string source = std::getenv("BELFRY_SOURCE_DIR");
    ChildProcess checker({.args = {"/bin/sh", "-c", "/usr/bin/python3 \"$0\" --cover < \"$1\"",
                                   source + "/tests/support/openapi_check.py", file}});
    const auto exit = checker.waitForExit(120s);
    if (exit && exit->code == 0) return "";
    const std::string left_out = "GET /docs/{file}: no good answer was seen\n";
    const auto said = checker.output();
    return said == left_out && !hasDocsUi() ? "" : said + "(the checker did not pass)";
  }

 private:
  void keep(const std::string& method, const std::string& path, int status,
            const std::map<std::string, std::string>& headers, const std::string& body) {
    const auto type = headers.find("content-type");
    const bool is_json = type != headers.end() && type->second.find("json") != std::string::npos;
    JsonWriter line;
    line.object([&] {
      line.member("method", method);
      line.member("path", path);
      line.member("status", status);
      line.memberObject("headers", [&] {
        for (const auto& [name, value] : headers) line.member(name, value);
      });
      line.member("body", is_json ? body : "");
    });
    exchanges_ += line.take() + "\n";
  }

  const RunningHost& host_;
  const TemporaryDirectory directory_;
  std::string exchanges_;
  std::string tenant_ = "acme";
};

void driveNotifications(Driver& driver) {
  const std::string base = kSends;
  const auto body = mailBody("contract@example.test", R"(,"metadata":{"a":{"b":[1,null,true]}},"priority":"high")");
  const HttpHeaders key = {{"Idempotency-Key", "contract-1"}};
  const auto sent = driver.call("POST", base + "/send", 202, body, key);
  driver.call("POST", base + "/send", 202, body, key);
  driver.call("POST", base + "/send", 422, mailBody("other@example.test"), key);
  driver.call("POST", base + "/send", 200, mailBody("contract@example.test", R"(,"dryRun":true)"));
  driver.call("POST", base + "/send", 202,
              R"({"channel":"email","recipientUserId":"contract@example.test","body":"x"})");
  driver.call("POST", base + "/send", 400, "{");
  driver.call("POST", base + "/send", 422,
              R"({"channel":"email","recipient":{"email":"x"},"template":{"key":"welcome"},"chanel":1})");
  driver.call("POST", base + "/send", 415, "x", {{"Content-Type", "text/plain"}});
  driver.call("POST", base + "/send", 401, body, {{"X-API-Key", "bk_live_nonsense"}});
  driver.call("PUT", base + "/send", 405, "{}");
  driver.withoutCredential("POST", base + "/send");
  driver.raw(base + "/send", "Content-Type: application/json\r\n", 411);
  driver.raw(base + "/send", "Content-Type: application/json\r\nContent-Length: 99999999999\r\n", 413);

  const auto& host = stage().host;
  host.waitForStatus(sent.text("/id"), "sent", "acme");
  const auto bounced = driver.call("POST", base + "/send", 202, mailBody("reject-550+contract@example.test"));
  host.waitForStatus(bounced.text("/id"), "bounced", "acme");
  const auto templated = driver.call(
      "POST", base + "/send", 202,
      R"({"channels":["email"],"delay":"PT1H","expiresAt":")" + formatRfc3339(SystemClock().now() + 24h) + R"(",
    "recipient":{"userId":"u","userType":"customer","email":"contract@example.test","phone":"+34600000001","timezone":"Europe/Madrid","language":"en",
                 "deviceTokens":[{"token":"0123456789abcdef","platform":"ios"}]},"template":{"key":"welcome"},"data":{"orderId":1}})");
  for (const auto& id : {sent.text("/id"), bounced.text("/id"), templated.text("/id")}) {
    driver.call("GET", base + "/" + id, 200);
    driver.call("GET", base + "/" + id + "/deliveries", 200);
    driver.call("GET", base + "/" + id + "/explain", 200);
  }
  driver.call("GET", base + "/" + kUnknownId, 404);
  driver.call("GET", base + "/" + kUnknownId + "/deliveries", 404);
  driver.call("GET", base + "/" + kUnknownId + "/explain", 404);
  driver.call("GET",
              base + "?limit=1&status=sent&channel=email&userId=u&from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z",
              200);
  driver.call("GET", base + "?limit=1", 200);
  driver.call("GET", base + "?limit=zero", 422);
  driver.withoutCredential("GET", base);

  const auto cancel = base + "/" + templated.text("/id") + "/cancel";
  driver.call("POST", cancel, 422, R"({"why":"x"})");
  driver.call("POST", cancel, 200);
  driver.call("POST", cancel, 409);
  driver.call("POST", base + "/" + kUnknownId + "/cancel", 404);
}

void driveBatches(Driver& driver) {
  const std::string base = kSends;
  const auto mail = mailBody("contract.batch@example.test");
  const HttpHeaders key = {{"Idempotency-Key", "contract-batch"}};
  const auto body = R"({"totalExpected":3,"notifications":[)" + mail + R"(,{"channel":"email","chanel":1}]})";
  const auto begun = driver.call("POST", base + "/send-batch", 202, body, key);
  driver.call("POST", base + "/send-batch", 202, body, key);
  driver.call("POST", base + "/send-batch", 422, R"({"notifications":[1]})", key);
  driver.call("POST", base + "/send-batch", 422, R"({"notifications":[],"total":1})");
  driver.call("POST", base + "/send-batch", 400, "{");
  driver.withoutCredential("POST", base + "/send-batch");

  const auto chunk = [&](const std::string& token, const std::string& index) {
    return R"({"batchId":")" + begun.text("/batchId") + R"(","batchToken":")" + token + R"(","chunkIndex":)" + index +
           R"(,"notifications":[)" + mail + "]}";
  };
  const auto token = begun.text("/batchToken");
  driver.call("POST", base + "/send-chunk", 403, chunk("guess", "1"));
  driver.call("POST", base + "/send-chunk", 422, chunk(token, "0"));
  driver.call("POST", base + "/send-chunk", 202, chunk(token, "1"));
  driver.call("POST", base + "/send-chunk", 202, chunk(token, "1"));
  driver.call("POST", base + "/send-chunk", 409, chunk(token, "2"));
  driver.as("other").call("POST", base + "/send-chunk", 404, chunk(token, "2"));
  driver.call("POST", base + "/send-chunk", 422, "{}");
  driver.withoutCredential("POST", base + "/send-chunk");

  const auto batch = base + "/batches/" + begun.text("/batchId");
  driver.call("GET", batch, 200);
  driver.call("GET", base + "/batches/" + kUnknownId, 404);
  driver.withoutCredential("GET", batch);
  driver.call("GET", batch + "/notifications?limit=1&status=queued&channel=email", 200);
  driver.call("GET", batch + "/notifications", 200);
  driver.call("GET", batch + "/notifications?limit=zero", 422);
  driver.call("GET", base + "/batches/" + kUnknownId + "/notifications", 404);
}

void driveSchedules(Driver& driver) {
  const std::string base = "/api/v1/services/schedules";
  const auto body = R"({"name":"weekly","rule":"0 9 * * MON","timezone":"Europe/Madrid","count":3,"misfire":"skip",)"
                    R"("startsAt":"2020-01-01T00:00:00Z","send":)" +
                    mailBody("weekly@example.test") + "}";
  const auto one = base + "/" + driver.call("POST", base, 201, body).text("/id");
  driver.call("POST", base, 422, R"({"name":"never","rule":"0 0 30 2 *","send":)" + mailBody("x@example.test") + "}");
  driver.call("GET", base + "?state=active&limit=1", 200);
  driver.call("GET", base + "?state=late", 422);
  driver.withoutCredential("GET", base);
  driver.call("GET", one, 200);
  driver.call("PUT", one, 200, body);
  driver.call("POST", one + "/resume", 409);
  driver.call("POST", one + "/pause", 200);
  driver.call("POST", one + "/pause", 409);
  driver.call("POST", one + "/resume", 200);
  driver.call("DELETE", one, 200);
  for (const auto* path : {"", "/pause", "/resume"}) driver.call(*path ? "POST" : "GET", one + path, 404);

  const auto waits =
      driver.call("POST", std::string(kSends) + "/send", 202,
                  mailBody("moved@example.test",
                           R"(,"sendAtLocal":"2030-07-01T09:00","timezone":"Europe/Madrid","misfire":"defer")"));
  const auto reschedule = std::string(kSends) + "/" + waits.text("/id") + "/reschedule";
  driver.call("POST", reschedule, 200, R"({"sendAtLocal":"2030-07-02T09:00","timezone":"Europe/Madrid"})");
  driver.call("POST", reschedule, 422, "{}");
  driver.call("POST", std::string(kSends) + "/" + kUnknownId + "/reschedule", 404, R"({"delay":"P1D"})");
}

void driveTemplates(Driver& driver) {
  const std::string base = "/api/v1/admin/templates";
  driver.call(
      "POST", base, 201,
      R"({"key":"contract","description":"x","language":"en","content":{"email":{"subject":"Hi {{name}}","text":"x"}},"variables":{"required":["name"]}})");
  driver.call("POST", base, 409, R"({"key":"contract","content":{"email":{"text":"x"}}})");
  driver.call("POST", base, 422, R"({"key":"broken","content":{"email":{"text":"{{#open}}"}}})");
  driver.call("POST", base + "/contract/versions", 201, R"({"content":{"email":{"subject":"Hello","text":"x"}}})");
  driver.call("POST", base + "/welcome/versions", 409, R"({"content":{"email":{"text":"x"}}})");
  driver.call("POST", base + "/nosuch/versions", 404, R"({"content":{"email":{"text":"x"}}})");
  driver.call("POST", base + "/contract/publish", 200, R"({"version":1})");
  driver.call("POST", base + "/contract/publish", 422, R"({"version":0})");
  driver.call("POST", base + "/nosuch/publish", 404, R"({"version":1})");
  driver.call("GET", base + "/contract", 200);
  driver.call("GET", base + "/nosuch", 404);
  driver.call("GET", base + "?limit=1", 200);
  driver.call("GET", base, 200);
  driver.withoutCredential("GET", base);
}

void driveAdministration(Driver& driver) {
  const std::string base = "/api/v1/admin";
  driver.call("GET", base + "/plugins", 200);
  driver.call("GET", base + "/plugins?limit=1", 200);
  driver.call("GET", base + "/providers", 200);
  driver.call("GET", base + "/providers/acme-smtp", 200);
  driver.call("GET", base + "/providers/nosuch", 404);
  driver.call(
      "POST", base + "/providers", 201,
      R"({"id":"contract","plugin":"smtp","priority":9,"config":{"host":"relay.example.test","from":"a@example.test"},
                  "secrets":{"password":{"value":"hunter2"}},"callbackId":"contract-callback"})");
  driver.call("POST", base + "/providers", 409,
              R"({"id":"contract","plugin":"smtp","config":{"host":"relay.example.test"}})");
  driver.call("POST", base + "/providers", 422,
              R"({"id":"other","plugin":"smtp","config":{"host":"relay.example.test","port":0}})");
  driver.call("POST", base + "/providers", 422, R"({"id":"other","plugin":"nosuch","channel":"email"})");
  driver.call("PATCH", base + "/providers/contract", 200,
              R"({"enabled":false,"weight":0,"secrets":{"password":null}})");
  driver.call("PATCH", base + "/providers/contract", 422, R"({"plugin":"smtp"})");
  driver.call("PATCH", base + "/providers/acme-smtp", 409, R"({"enabled":false})");
  driver.call("PATCH", base + "/providers/nosuch", 404, R"({"enabled":false})");
  driver.call("DELETE", base + "/providers/acme-smtp", 409);
  driver.call("DELETE", base + "/providers/contract", 200);
  driver.call("DELETE", base + "/providers/contract", 404);
  driver.call("GET", base + "/tenants", 200);
  driver.call("GET", base + "/tenants/acme", 200);
  driver.call("GET", base + "/tenants/nosuch", 404);
  driver.call("POST", base + "/tenants", 201, R"({"slug":"contract","name":"Contract","auth":["apikey"]})");
  driver.call("POST", base + "/tenants", 409, R"({"slug":"contract"})");
  driver.call("POST", base + "/tenants", 422, R"({"slug":"No Slug","auth":["nosuch"]})");

  const auto key = driver.call("POST", base + "/keys", 201,
                               R"({"name":"k","roles":["notification-viewer"],"expiresAt":"2099-01-01T00:00:00Z"})");
  driver.call("POST", base + "/keys", 422, R"({"name":"k","roles":[]})");
  driver.call("GET", base + "/keys?limit=1", 200);
  driver.call("GET", base + "/keys", 200);
  const HttpHeaders as_viewer = {{"X-API-Key", key.text("/key")}};
  driver.call("GET", kSends, 200, "", as_viewer);
  driver.call("POST", std::string(kSends) + "/send", 403, mailBody("x@example.test"), as_viewer);
  driver.call("POST", base + "/keys", 403, R"({"name":"k","roles":["notification-viewer"]})", as_viewer);
  driver.call("POST", base + "/tenants", 403, R"({"slug":"mine"})", as_viewer);
  driver.call("POST", base + "/keys/" + key.text("/id") + "/revoke", 200);
  driver.call("DELETE", base + "/keys/" + key.text("/id"), 200);
  driver.call("DELETE", base + "/keys/" + kUnknownId, 404);
  driver.call("POST", base + "/keys/" + kUnknownId + "/revoke", 404);
  driver.call("GET", kSends, 401, "", as_viewer);
}

void driveDevices(Driver& driver, const std::string& base, const HttpHeaders& headers) {
  const std::string phone = R"({"token":"0123456789abcdef","platform":"ios","name":"Phone","topics":["news"]})";
  const auto made = driver.call("PUT", base, 201, phone, headers);
  driver.call("PUT", base, 200, phone, headers);
  driver.call("POST", base, 200, phone, headers);
  driver.call("PUT", base, 422, R"({"token":"t","platform":"pager"})", headers);
  driver.call("GET", base, 200, "", headers);
  driver.call("GET", base + "?limit=1", 200, "", headers);
  driver.call("DELETE", base + "/" + made.text("/id"), 200, "", headers);
  driver.call("DELETE", base + "/" + made.text("/id"), 404, "", headers);
  driver.withoutCredential("GET", base);
}

void driveInbox(Driver& driver) {
  const std::string base = "/api/v1/users/me/notifications";
  const HttpHeaders ada = {{"X-API-Key", testUser("acme", "ada")}};
  const auto sent =
      driver.call("POST", std::string(kSends) + "/send", 202,
                  R"({"channel":"inapp","recipient":{"userId":"ada"},"content":{"title":"Hello","body":"It rings."}})");
  stage().host.waitForStatus(sent.text("/id"), "delivered", "acme");
  const auto item = base + "/" + sent.text("/deliveries/0/id");
  const auto page = driver.call("GET", base + "?limit=1&status=unread&category=orders", 200, "", ada);
  EXPECT_EQ(page.text("/items/0/title"), "Hello");
  EXPECT_EQ(page.text("/items/0/id"), sent.text("/deliveries/0/id"));
  driver.call("GET", item, 200, "", ada);
  EXPECT_EQ(driver.call("GET", base + "/unread-count", 200, "", ada).text("/unread"), "1");
  EXPECT_EQ(driver.call("POST", item + "/read", 200, "", ada).text("/status"), "read");
  EXPECT_EQ(driver.call("POST", item + "/unread", 200, "", ada).text("/status"), "unread");
  EXPECT_EQ(driver.call("POST", base + "/mark-all-read", 200, "", ada).text("/updated"), "1");
  EXPECT_EQ(timelineOf(stage().host.notification(sent.text("/id"), "acme")), "accepted queued sending delivered read");
  driver.call("GET", item, 404, "", {{"X-API-Key", testUser("acme", "bob")}});
  driver.call("DELETE", item, 200, "", ada);
  driver.call("GET", item, 404, "", ada);
  driver.call("GET", base + "?status=opened", 422, "", ada);
  driver.call("GET", base, 403);
  driver.withoutCredential("GET", base);
}

void driveUsers(Driver& driver) {
  const std::string services = "/api/v1/services";
  driveDevices(driver, "/api/v1/users/me/devices", {{"X-API-Key", testUser("acme", "ada")}});
  driveDevices(driver, services + "/users/bob/devices", {});
  driver.call("POST", services + "/sms/preview", 200, R"({"text":"Hello","to":"+34 600 000 001"})");
  driver.call("POST", services + "/sms/preview", 200, R"({"text":""})");
  driver.call("POST", services + "/sms/preview", 422, R"({"text":"Hello","to":"600"})");
  const auto issued =
      driver.call("POST", services + "/subscriber-tokens", 201, R"({"userId":"ada","userType":"customer"})");
  const auto token = issued.text("/token");
  const auto dot = token.rfind('.');
  EXPECT_EQ(token.substr(dot + 1), toBase64Url(asView(hmacSha256(kSubscriberSecret, token.substr(0, dot)))))
      << "signed with the secret of the tenant's file";
  driver.call("POST", services + "/subscriber-tokens", 422, R"({"userId":"ada","ttl":"P2D"})");
  const std::string keys = "/api/v1/admin/subscriber-keys";
  driver.call("POST", keys, 201);
  const auto second = driver.call("POST", keys, 201);
  driver.call("POST", keys, 409);
  driver.call("GET", keys, 200);
  driver.call("DELETE", keys + "/" + second.text("/id"), 200);
  driver.call("DELETE", keys + "/" + kUnknownId, 404);
}

void driveCallbacks(Driver& driver) {
  const std::string base = "/api/v1/admin/callbacks";
  const std::string address = "/webhooks/test-courier/courier-secret";
  driver.open(address + "?challenge=hello", 200);
  driver.open("/webhooks/test-courier/nosuch", 404);
  driver.open("/webhooks/smtp/courier-secret", 404);
  driver.raw(address, "Content-Type: text/plain\r\nContent-Length: 99999999\r\n", 413);
  driver.raw(address, "x-courier-signature: good\r\nx-courier-time: 99999999999999\r\nContent-Length: 0\r\n", 200);
  driver.raw(address, "x-courier-signature: forged\r\nContent-Length: 0\r\n", 403);
  const auto page = driver.as("courier").call("GET", base + "?limit=1", 200);
  const auto one = base + "/" + page.text("/items/0/id");
  driver.call("GET", base + "?state=nosuch", 422);
  driver.as("courier").call("GET", one, 200);
  driver.call("GET", one, 404);
  driver.call("GET", base + "/" + kUnknownId, 404);
  driver.as("courier").call("POST", one + "/replay", 200);
  driver.call("POST", base + "/" + kUnknownId + "/replay", 404);
  driver.call("POST", base + "/replay", 200, R"({"state":"failed","dryRun":true})");
  driver.call("POST", base + "/replay", 422, R"({"limit":0})");
  driver.call("POST", "/api/v1/admin/providers/acme-smtp/probe", 200);
  driver.call("POST", "/api/v1/admin/providers/nosuch/probe", 404);
  const auto sent =
      driver.as("courier").call("POST", std::string(kSends) + "/send", 202,
                                R"({"channel":"sms","recipient":{"phone":"+34600000001"},"content":{"text":"hi"}})");
  driver.awaitSent(sent.text("/id"), "courier");
  const std::string look_up = "/api/v1/admin/deliveries/";
  driver.as("courier").call("POST", look_up + sent.text("/deliveries/0/id") + "/look-up", 200);
  driver.call("POST", look_up + kUnknownId + "/look-up", 404);
  driver.withoutCredential("GET", base);
}

void driveDedup(Driver& driver) {
  const std::string base = "/api/v1/admin/dedup";
  const auto body = mailBody("dedup@example.test", R"(,"delay":"PT1H","dedup":{"key":"contract","ttl":"PT24H"})");
  const auto first = driver.call("POST", std::string(kSends) + "/send", 202, body);
  const auto doubled = driver.call("POST", std::string(kSends) + "/send", 202, body);
  EXPECT_EQ(doubled.text("/status"), "deduplicated");
  driver.call("GET", std::string(kSends) + "/" + doubled.text("/id") + "/explain", 200);
  const auto found = driver.call("GET", base + "/keys?key=contract", 200);
  EXPECT_EQ(found.text("/items/0/notificationId"), first.text("/id"));
  driver.call("GET", base + "/keys?id=" + found.text("/items/0/id"), 200);
  driver.call("GET", base + "/keys?expiringWithin=P2D", 200);
  driver.call("GET", base + "/keys?key=nosuch", 404);
  driver.call("GET", base + "/keys", 422);
  driver.call("POST", base + "/keys/extend", 200, R"({"key":"contract","by":"PT1H"})");
  driver.call("POST", base + "/keys/extend", 404, R"({"key":"nosuch","by":"PT1H"})");
  driver.call("POST", base + "/keys/extend", 422, R"({"key":"contract"})");
  driver.call("GET", base + "/statistics", 200);
  driver.call("GET", base + "/statistics?from=x", 422);
  driver.call("DELETE", base + "/keys?key=contract", 200);
  driver.call("DELETE", base + "/keys?key=contract", 404);
  driver.withoutCredential("GET", base + "/statistics");
  driver.call(
      "POST", "/api/v1/admin/templates", 201,
      R"({"key":"dedup","content":{"email":{"subject":"s","text":"t"}},"dedup":{"ttl":"PT2H","context":["order.id"]}})");
  driver.call("GET", "/api/v1/admin/templates/dedup", 200);
}

void driveQueues(Driver& driver) {
  const std::string base = "/api/v1/admin/queues";
  const auto on = [&]() -> Driver& { return driver.as("other"); };
  on().call("POST", base + "/pause", 201, R"({"channel":"email","priority":"low","reason":"x"})");
  on().call("POST", base + "/pause", 409, R"({"channel":"email","priority":"low"})");
  on().call("POST", base + "/pause", 422, R"({})");
  on().call("POST", base + "/drain", 201, R"({"channel":"sms"})");
  on().call("POST", base + "/drain", 422, R"({"provider":"other-smtp"})");
  on().call("POST", std::string(kSends) + "/send", 202, mailBody("held@example.test", R"(,"priority":"low")"));
  on().call("GET", base, 200);
  on().call("GET", base + "?channel=email&priority=low", 200);
  on().call("GET", base + "?channel=pigeon", 422);
  on().call("GET", base + "/pauses", 200);
  on().call("POST", base + "/actions", 200, R"({"action":"delete_waiting","filter":{"all":true},"dryRun":true})");
  on().call("POST", base + "/actions", 422, R"({"action":"delete_waiting","filter":{}})");
  const auto begun = on().call("POST", base + "/actions", 202,
                               R"({"action":"delete_waiting","filter":{"channel":"email"},"limit":5})");
  on().call("GET", base + "/actions/" + begun.text("/id"), 200);
  on().call("GET", base + "/actions/" + kUnknownId, 404);
  on().call("GET", base + "/actions?limit=1", 200);
  on().call("POST", base + "/resume", 200, R"({"channel":"email","priority":"low"})");
  on().call("POST", base + "/resume", 200, R"({"channel":"sms"})");
  on().call("POST", base + "/resume", 409, R"({"channel":"sms"})");
  on().call("GET", "/api/v1/admin/audit?action=queue.pause&limit=1", 200);
  on().call("GET", "/api/v1/admin/audit", 200);
  on().call("GET", "/api/v1/admin/audit?limit=x", 422);
  driver.withoutCredential("GET", base);
  driver.withoutCredential("GET", "/api/v1/admin/audit");
}

void driveDeadLetters(Driver& driver) {
  const std::string base = "/api/v1/admin/dead-letters";
  const auto on = [&]() -> Driver& { return driver.as("other"); };
  const auto failed = [&](const std::string& address) {
    const auto sent = on().call("POST", std::string(kSends) + "/send", 202, mailBody(address));
    stage().host.waitForStatus(sent.text("/id"), "failed", "other");
    return base + "/" + on().call("GET", base + "?limit=1", 200).text("/items/0/id");
  };
  const auto one = failed("defer-451+one@example.test");
  on().call("GET", base + "?channel=email&errorCode=x&state=replayed", 200);
  on().call("GET", base + "?state=lost", 422);
  on().call("GET", one, 200);
  on().call("GET", base + "/" + kUnknownId, 404);
  on().call("POST", one + "/edit", 200, R"({"recipient":{"email":"right@example.test"},"dryRun":true})");
  on().call("POST", one + "/edit", 422, R"({"recipient":{"email":"wrong"}})");
  on().call("POST", one + "/edit", 202, R"({"recipient":{"email":"right@example.test"}})");
  on().call("POST", one + "/edit", 409, R"({"recipient":{"email":"right@example.test"}})");
  on().call("POST", one + "/replay", 409);
  on().call("DELETE", one, 409);
  const auto two = failed("defer-451+two@example.test");
  on().call("POST", two + "/replay", 200);
  on().call("POST", base + "/" + kUnknownId + "/replay", 404);
  const auto three = failed("defer-451+three@example.test");
  on().call("POST", base + "/replay", 200, R"({"filter":{"channel":"email","template":"nosuch"},"dryRun":true})");
  on().call("POST", base + "/replay", 422, R"({"filter":{}})");
  on().call("DELETE", three, 200);
  on().call("DELETE", three, 404);
  const auto begun = on().call("POST", base + "/replay", 202, R"({"filter":{"template":"nosuch"},"limit":5})");
  on().call("GET", "/api/v1/admin/queues/actions/" + begun.text("/id"), 200);
  on().call("POST", base + "/purge", 200, R"({"filter":{"all":true},"dryRun":true})");
  on().call("POST", base + "/purge", 422, R"({})");
  driver.withoutCredential("GET", base);
}

void driveTheRest(Driver& driver) {
  driver.call("GET", "/api/v1/lookups", 200);
  driver.call("GET", "/api/v1/lookups/channels", 200);
  driver.call("GET", "/api/v1/lookups/nosuch", 404);
  for (const auto* path : {"/health", "/health/live", "/health/ready", "/metrics", "/docs", "/docs/",
                           "/api/v1/openapi.yaml", "/api/v1/openapi.json"})
    driver.open(path, 200);
  for (const auto* file : {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "start.js"})
    driver.open(std::string("/docs/") + file, hasDocsUi() ? 200 : 404);
  driver.open("/docs/nosuch.js", 404);
}

void driveFeed(Driver& driver) {
  const std::string base = "/api/v1/admin/feed";
  const auto& host = stage().host;
  ASSERT_TRUE(waitUntil(30s, [&] { return host.get(base, "acme").size("/items") > 0; }));
  const auto page = driver.call("GET", base + "?limit=1", 200);
  driver.call("GET", base + "?after=" + page.text("/nextAfter") + "&waitSeconds=1", 200);
  driver.call("GET", base + "?after=-1", 422);
  driver.withoutCredential("GET", base);
  const auto sinks = base + "/sinks";
  driver.call("GET", sinks, 200);
  driver.withoutCredential("GET", sinks);
  driver.call("POST", sinks + "/statistics/replay", 200, R"({"after":0})");
  driver.call("POST", sinks + "/statistics/replay", 422, R"({"after":9007199254740991})");
  driver.call("POST", sinks + "/nosuch/replay", 404, R"({"after":0})");
  const std::string statistics = "/api/v1/admin/statistics";
  ASSERT_TRUE(waitUntil(30s, [&] { return host.get(statistics, "acme").size("/steps") > 0; }));
  driver.call("GET", statistics, 200);
  driver.call("GET", statistics + "?step=PT1M&channel=email&provider=acme-smtp", 200);
  driver.call("GET", statistics + "?step=PT1S", 422);
}

TEST(OpenApi, EveryOperationAnswersAsTheContractSays) {
  Driver driver(stage().host);
  driveNotifications(driver);
  driveBatches(driver);
  driveSchedules(driver);
  driveTemplates(driver);
  driveAdministration(driver);
  driveInbox(driver);
  driveUsers(driver);
  driveCallbacks(driver);
  driveFeed(driver);
  driveDedup(driver);
  driveQueues(driver);
  driveDeadLetters(driver);
  driveTheRest(driver);
  EXPECT_EQ(driver.verdict(), "");
}

TEST(OpenApi, WhatIsServedIsTheContract) {
  const auto json = request("GET", stage().host.port(), "/api/v1/openapi.json");
  const auto parsed = parseJson(json.body);
  ASSERT_TRUE(parsed) << json.body.substr(0, 200);
  EXPECT_EQ(asView((*parsed)["openapi"]).substr(0, 3), "3.1");
  EXPECT_TRUE((*parsed)["paths"].HasMember("/api/v1/services/notifications/send"));
}

}  // namespace

Stage& stage() {
  static Stage the_one(&withTestPlugins);
  return the_one;
}

}  // namespace belfry::test
