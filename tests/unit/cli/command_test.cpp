// Whole commands against a scripted host: what is asked, what is shown, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_run.h"
#include "scripted_host.h"
#include "support/child_process.h"

#include <fstream>

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const ScriptedAnswer kAccepted{202, R"({"id":"0193","status":"queued","acceptedAt":"2026-12-01T09:00:00.000000Z",)"
                                    R"("deliveries":[{"id":"d1","channel":"email","status":"queued"}]})"};

ScriptedAnswer notificationIn(const std::string& state) {
  return {200, R"({"id":"0193","status":")" + state + R"(","deliveries":[{"id":"d1","channel":"email","status":")" +
                   state + R"(","timeline":[{"at":"2026-12-01T09:00:00.000000Z","type":"accepted"}]}]})"};
}

const std::vector<std::string> kSend = {"send",       "--channel", "email", "--to", "ada@example.test",
                                        "--template", "welcome"};

std::vector<std::string> sendTo(const ScriptedHost& host, const std::vector<std::string>& more = {}) {
  auto words = kSend;
  words.insert(words.end(), {"--server", host.url(), "--key", "bk_test_1.s"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Send, AsksTheHostAndShowsWhatItAccepted) {
  const ScriptedHost host({kAccepted});
  const auto run = runCommand(sendTo(host, {"--idempotency-key", "order-1", "--tenant", "acme"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out, "accepted 0193  queued\n  email d1  queued\n");
  ASSERT_THAT(host.asked(), SizeIs(1));
  const auto asked = host.asked()[0];
  EXPECT_EQ(asked.line, "POST /api/v1/services/notifications/send HTTP/1.1");
  EXPECT_EQ(asked.body,
            R"({"channels":["email"],"recipient":{"email":"ada@example.test"},"template":{"key":"welcome"}})");
  EXPECT_EQ(asked.headers.at("content-type"), "application/json");
  EXPECT_EQ(asked.headers.at("x-api-key"), "bk_test_1.s");
  EXPECT_EQ(asked.headers.at("x-tenant"), "acme");
  EXPECT_EQ(asked.headers.at("idempotency-key"), "order-1");
  EXPECT_FALSE(asked.headers.contains("authorization"));
}

TEST(Send, SaysWhenAnAnswerIsAReplay) {
  const ScriptedHost host({{kAccepted.status, kAccepted.body, "Idempotency-Replayed: true\r\n"}});
  const auto run = runCommand(sendTo(host, {"--idempotency-key", "order-1"}));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.err, "this idempotency key was used before: the answer is that send's\n");
}

TEST(Send, DoesNotCallADryRunAccepted) {
  const ScriptedHost host({{200, kAccepted.body}});
  const auto run = runCommand(sendTo(host, {"--dry-run"}));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out, "dry run, nothing is sent: 0193  queued\n  email d1  queued\n");
}

TEST(Send, WaitsAndShowsTheTimeline) {
  const ScriptedHost host({kAccepted, notificationIn("sending"), notificationIn("sent")});
  const auto run = runCommand(sendTo(host, {"--wait"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("email d1  sent\n"));
  EXPECT_THAT(run.out, HasSubstr("2026-12-01 09:00:00.000"));
  ASSERT_THAT(host.asked(), SizeIs(3));
  EXPECT_EQ(host.asked()[2].line, "GET /api/v1/services/notifications/0193 HTTP/1.1");
}

TEST(Send, FailsWhenADeliveryWasNotSent) {
  const ScriptedHost host({kAccepted, notificationIn("failed")});
  const auto run = runCommand(sendTo(host, {"--wait"}));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("not every delivery was sent"));
}

TEST(Send, FailsWhenTheTimeIsUp) {
  const ScriptedHost host({kAccepted, notificationIn("queued")});
  const auto run = runCommand(sendTo(host, {"--wait", "--timeout", "1"}));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err,
              HasSubstr("not every delivery is final after 1 s; look again with: belfry notification show 0193"));
}

TEST(Send, WithJsonPrintsOneDocument) {
  const ScriptedHost host({kAccepted, notificationIn("sent")});
  EXPECT_EQ(runCommand(sendTo(host, {"--wait", "--json"})).out, notificationIn("sent").body + "\n");
}

TEST(Json, IsTheAnswerUnchanged) {
  const std::string odd = R"({ "items" : [ {"slug":"ü"} ],  "nextCursor":null })";
  const ScriptedHost host({{200, odd}});
  const auto run = runCommand({"tenant", "list", "--json", "--server", host.url()});
  EXPECT_EQ(run.out, odd + "\n");
  EXPECT_EQ(run.status, 0);
}

TEST(Refusals, AreShownAndWithJsonPrintedToo) {
  const std::string problem =
      R"({"title":"Not found","status":404,"code":"not_found","detail":"there is no tenant 'x'","requestId":"r"})";
  const ScriptedHost host({{404, problem}});
  const auto plain = runCommand({"tenant", "show", "x", "--server", host.url()});
  EXPECT_EQ(plain.status, 1);
  EXPECT_EQ(plain.out, "");
  EXPECT_EQ(plain.err, "belfry: Not found (404 not_found): there is no tenant 'x' [request r]\n");
  const auto as_json = runCommand({"tenant", "show", "x", "--server", host.url(), "--json"});
  EXPECT_EQ(as_json.status, 1);
  EXPECT_EQ(as_json.out, problem + "\n");
}

TEST(Lists, ShowATableAndHowToGoOn) {
  const ScriptedHost host(
      {{200,
        R"({"items":[{"slug":"acme","name":"Acme Ltd","state":"active","auth":["apikey"],"source":"file"}],"nextCursor":"c1"})"}});
  const auto run = runCommand({"tenant", "list", "--limit", "1", "--cursor", "a+b/=", "--server", host.url()});
  EXPECT_EQ(run.out,
            "SLUG  NAME      STATE   AUTH    SOURCE  CREATED (UTC)\n"
            "acme  Acme Ltd  active  apikey  file    -\n");
  EXPECT_EQ(run.err, "more: --cursor c1\n");
  EXPECT_EQ(host.asked()[0].line, "GET /api/v1/admin/tenants?limit=1&cursor=a%2Bb%2F%3D HTTP/1.1");
}

TEST(Lists, OfNothingSaySo) {
  const ScriptedHost host({{200, R"({"items":[],"nextCursor":null})"}});
  const auto run = runCommand({"notification", "list", "--status", "failed", "--user", "u&1", "--server", host.url()});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "none\n");
  EXPECT_EQ(host.asked()[0].line, "GET /api/v1/services/notifications?status=failed&userId=u%261 HTTP/1.1");
}

TEST(Operands, CannotLeaveTheirPlaceInThePath) {
  const ScriptedHost host({{200, "{}"}});
  runCommand({"notification", "cancel", "a/../b?c", "--server", host.url()});
  EXPECT_EQ(host.asked()[0].line, "POST /api/v1/services/notifications/a%2F..%2Fb%3Fc/cancel HTTP/1.1");
}

TEST(Keys, AreCreatedWithRolesAndScopesAndPrintedOnce) {
  const ScriptedHost host(
      {{201, R"({"id":"k1","name":"shop","roles":["notification-service"],"scopes":[],"key":"bk_live_abc.def"})"}});
  const auto run = runCommand({"key", "create", "--name", "shop", "--role", "notification-service", "--scope",
                               "notifications:send,notifications:read", "--expires", "2027-01-01T00:00:00Z", "--server",
                               host.url()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\nbk_live_abc.def\n"));
  EXPECT_EQ(host.asked()[0].body,
            R"({"name":"shop","roles":["notification-service"],)"
            R"("scopes":["notifications:send","notifications:read"],"expiresAt":"2027-01-01T00:00:00Z"})");
}

TEST(Templates, AreMadeOfFilesAndPublished) {
  const test::TemporaryDirectory directory;
  const auto file = (directory.path() / "welcome.yaml").string();
  std::ofstream(file) << "key: welcome\nname: Welcome\nlanguage: es\nvariables: {required: [name]}\ncontent:\n  email: "
                         "{subject: Hola, text: 'Hola {{name}}'}\n";
  const ScriptedHost host({{201, R"({"key":"hello","versions":[{"version":1,"state":"draft"}]})"},
                           {200, R"({"key":"hello","versions":[{"version":1,"state":"published"}]})"}});
  const auto run = runCommand(
      {"template", "create", "--file", file, "--template-key", "hello", "--publish", "--server", host.url()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked()[0].body,
            R"({"key":"hello","engine":"mustache","description":"Welcome","language":"es",)"
            R"("content":{"email":{"subject":"Hola","text":"Hola {{name}}"}},"variables":{"required":["name"]}})");
  EXPECT_EQ(host.asked()[1].line, "POST /api/v1/admin/templates/hello/publish HTTP/1.1");
  EXPECT_EQ(host.asked()[1].body, R"({"version":1})");
}

TEST(Templates, AFileThatIsWrongIsRefusedWithItsPlace) {
  const test::TemporaryDirectory directory;
  const auto file = (directory.path() / "bad.yaml").string();
  std::ofstream(file) << "key: welcome\ncontents: {}\n";
  const auto run = runCommand({"template", "create", "--file", file});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("bad.yaml:2"));
}

TEST(Credentials, ComeFromOptionsFilesAndTheEnvironment) {
  const test::TemporaryDirectory directory;
  const auto file = (directory.path() / "admin.key").string();
  std::ofstream(file) << "bk_live_file.x\n";
  const ScriptedHost host({{200, R"({"items":[]})"}});
  const std::vector<std::string> list = {"plugin", "list"};
  const std::map<std::string, std::string> environment = {{"BELFRY_SERVER", host.url()}, {"BELFRY_KEY_FILE", file}};
  runCommand(list, environment);
  runCommand({"plugin", "list", "--key-file", file}, {{"BELFRY_SERVER", host.url()}, {"BELFRY_KEY", "ignored"}});
  runCommand(list,
             {{"BELFRY_SERVER", host.url()}, {"BELFRY_KEY_FILE", file}, {"BELFRY_KEY", "header.claims.signature"}});
  runCommand(list, {{"BELFRY_SERVER", host.url()}, {"BELFRY_KEY_FILE", ""}});
  ASSERT_THAT(host.asked(), SizeIs(4));
  EXPECT_EQ(host.asked()[0].headers.at("x-api-key"), "bk_live_file.x");
  EXPECT_EQ(host.asked()[1].headers.at("x-api-key"), "bk_live_file.x");
  EXPECT_EQ(host.asked()[2].headers.at("authorization"), "Bearer header.claims.signature");
  EXPECT_FALSE(host.asked()[3].headers.contains("authorization") || host.asked()[3].headers.contains("x-api-key"));
}

TEST(Credentials, ThatCannotBeSentAreRefusedAndNotShown) {
  const auto run = runCommand({"plugin", "list", "--key", "secret\r\nX-Tenant: other"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("--key: holds a character that cannot be sent"));
  EXPECT_THAT(run.err, Not(HasSubstr("secret")));
  EXPECT_EQ(runCommand({"plugin", "list", "--key", "a", "--key-file", "b"}).status, 2);
  EXPECT_THAT(runCommand({"plugin", "list", "--key-file", "/nowhere/admin.key"}).err,
              HasSubstr("--key-file: cannot read '/nowhere/admin.key': No such file"));
}

TEST(Servers, ThatAreAwayGiveOneReadableLine) {
  const auto port = std::to_string(test::freePort());
  const auto run = runCommand({"tenant", "list", "--server", "http://127.0.0.1:" + port});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err, "belfry: cannot reach the host at http://127.0.0.1:" + port +
                         ": connection refused; is belfryd running there? (--server or BELFRY_SERVER names another)\n");
}

TEST(Servers, MayServeTheApiBelowAPath) {
  const ScriptedHost host({{200, R"({"items":[]})"}});
  runCommand({"tenant", "list", "--server", host.url() + "/belfry/"});
  EXPECT_EQ(host.asked()[0].line, "GET /belfry/api/v1/admin/tenants HTTP/1.1");
}

TEST(Servers, WithAnAddressThatIsNoneAreRefused) {
  for (const char* wrong :
       {"", "localhost:8080", "ftp://h", "http://", "http://u:p@h", "http://h?x=1", "http://h:99999999"}) {
    const auto run = runCommand({"tenant", "list", "--server", wrong});
    EXPECT_EQ(run.status, 2) << wrong;
    EXPECT_THAT(run.err, HasSubstr("--server: '" + std::string(wrong) + "' is no address")) << wrong;
  }
}

TEST(Servers, ThatAreNoBelfryHostAreRecognised) {
  const ScriptedHost host({{200, "<html></html>"}});
  const auto run = runCommand({"tenant", "list", "--server", host.url()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("is this the address of a Belfry host?"));
}

TEST(Redirects, AreNotFollowedWithAKey) {
  const ScriptedHost other({{200, "{}"}});
  const ScriptedHost host({{302, "", "Location: " + other.url() + "/\r\n"}});
  const auto run = runCommand({"tenant", "list", "--server", host.url(), "--key", "bk_live_x.y"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("give that address as --server"));
  EXPECT_THAT(other.asked(), IsEmpty());
}

TEST(Reschedule, GivesTheHostTheNewTime) {
  const ScriptedHost host({notificationIn("scheduled")});
  const auto run = runCommand({"notification", "reschedule", "0193", "--send-at-local", "2026-12-02T09:00",
                               "--timezone", "Europe/Madrid", "--server", host.url()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("scheduled"));
  EXPECT_EQ(host.asked()[0].line, "POST /api/v1/services/notifications/0193/reschedule HTTP/1.1");
  EXPECT_EQ(host.asked()[0].body, R"({"sendAtLocal":"2026-12-02T09:00","timezone":"Europe/Madrid"})");
}

TEST(Schedule, IsListedShownPausedAndDeleted) {
  const std::string one =
      R"({"id":"0194","name":"Weekly digest","state":"active","rule":"0 9 * * MON","timezone":"UTC",)"
      R"("nextAt":"2026-12-07T09:00:00.000000Z","firings":3,"missed":1,"lastProblem":null,)"
      R"("upcoming":["2026-12-07T09:00:00.000000Z"]})";
  const ScriptedHost host(
      {{200, R"({"items":[)" + one + R"(],"nextCursor":null})"}, {200, one}, {200, one}, {200, R"({"removed":true})"}});
  const auto list = runCommand({"schedule", "list", "--state", "active", "--server", host.url()});
  EXPECT_THAT(list.out, HasSubstr("Weekly digest  active  0 9 * * MON"));
  EXPECT_THAT(runCommand({"schedule", "show", "0194", "--server", host.url()}).out, HasSubstr("Weekly digest"));
  EXPECT_EQ(runCommand({"schedule", "pause", "0194", "--server", host.url()}).status, 0);
  EXPECT_EQ(runCommand({"schedule", "delete", "0194", "--server", host.url()}).out, "deleted\n");
  ASSERT_THAT(host.asked(), SizeIs(4));
  EXPECT_EQ(host.asked()[0].line, "GET /api/v1/services/schedules?state=active HTTP/1.1");
  EXPECT_EQ(host.asked()[2].line, "POST /api/v1/services/schedules/0194/pause HTTP/1.1");
  EXPECT_EQ(host.asked()[3].line, "DELETE /api/v1/services/schedules/0194 HTTP/1.1");
}

}  // namespace
}  // namespace belfry::cli
