// `belfry` against the real host: what it prints, what it asks, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "system/belfry_command.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Said belfry(std::vector<std::string> args, std::map<std::string, std::string> env = {}) {
  return runBelfry(stage().host, std::move(args), std::move(env));
}

JsonDocument jsonOf(const Said& said) {
  auto parsed = parseJson(said.out);
  EXPECT_TRUE(parsed) << said.out << said.err;
  return parsed ? std::move(*parsed) : JsonDocument();
}

TEST(BelfrySend, WaitsAndShowsTheTimeline) {
  const auto said = belfry({"send", "--tenant", "acme", "--channel", "email", "--to", "by.cli@example.test", "--name",
                            "Ada", "--template", "welcome", "--data", R"({"orderId":1})", "--wait"});
  EXPECT_EQ(said.code, 0) << said.out << said.err;
  for (const auto* type : {"accepted", "queued", "sending", "sent"}) EXPECT_THAT(said.out, HasSubstr(type));
  EXPECT_EQ(mailTo(stage().sink, "by.cli@example.test").header("subject"), "Order 1");
}

TEST(BelfrySend, WithJsonGivesTheApisAnswer) {
  const auto said = belfry({"send", "--tenant", "acme", "--channel", "email", "--to", "json.cli@example.test",
                            "--subject", "x", "--text", "x", "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const auto json = jsonOf(said);
  const auto shown = belfry({"notification", "show", std::string(asView(json["id"])), "--tenant", "acme", "--json"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(asView(jsonOf(shown)["id"]), asView(json["id"]));
}

TEST(BelfrySend, FailsWhenTheMailDoes) {
  const auto said = belfry({"send", "--tenant", "acme", "--channel", "email", "--to", "reject-550+cli@example.test",
                            "--subject", "x", "--text", "x", "--wait"});
  EXPECT_EQ(said.code, 1) << said.out << said.err;
  EXPECT_THAT(said.out + said.err, HasSubstr("bounced"));
}

TEST(BelfrySend, SaysWhatTheHostRefuses) {
  const auto said =
      belfry({"send", "--tenant", "acme", "--channel", "email", "--to", "nobody", "--subject", "x", "--text", "x"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr("nobody"));
  EXPECT_THAT(said.err, HasSubstr("local@domain"));
  const auto missing =
      belfry({"send", "--tenant", "acme", "--channel", "email", "--to", "a@example.test", "--template", "welcome"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("orderId"));
}

TEST(Belfry, SaysWhatIsWrongWithItsArgumentsServerAndKey) {
  const auto unknown = belfry({"sned"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("send"));
  EXPECT_EQ(belfry({"send", "--chanel", "email"}).code, 2);
  const auto nobody = belfry({"tenant", "list"}, {{"BELFRY_SERVER", "http://127.0.0.1:1"}});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("127.0.0.1:1"));
  const auto key = belfry({"tenant", "list", "--key", "bk_live_wrong"});
  EXPECT_EQ(key.code, 1);
  EXPECT_THAT(key.err, testing::Not(HasSubstr("bk_live_wrong")));
  const auto help = belfry({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("send"));
}

TEST(BelfryAdministration, TenantsKeysPluginsAndProviders) {
  EXPECT_EQ(belfry({"tenant", "create", "by-cli", "--name", "By CLI"}).code, 0);
  const auto tenants = belfry({"tenant", "list"});
  EXPECT_THAT(tenants.out, testing::AllOf(HasSubstr("acme"), HasSubstr("by-cli")));
  EXPECT_EQ(belfry({"tenant", "create", "by-cli"}).code, 1);

  const auto created =
      belfry({"key", "create", "--tenant", "by-cli", "--name", "shop", "--role", "notification-viewer", "--json"});
  ASSERT_EQ(created.code, 0) << created.err;
  const auto key = jsonOf(created);
  const std::string secret(asView(key["key"])), id(asView(key["id"]));
  EXPECT_EQ(belfry({"notification", "list", "--key", secret}).code, 0);
  const auto keys = belfry({"key", "list", "--tenant", "by-cli"});
  EXPECT_THAT(keys.out, HasSubstr("shop"));
  EXPECT_THAT(keys.out, testing::Not(HasSubstr(secret)));
  EXPECT_EQ(belfry({"key", "revoke", id, "--tenant", "by-cli"}).code, 0);
  EXPECT_EQ(belfry({"notification", "list", "--key", secret}).code, 1);

  const auto plugins = belfry({"plugin", "list"});
  EXPECT_EQ(plugins.code, 0) << plugins.err;
  for (const auto* id_of : {"smtp", "mustache", "apikey", "sendgrid", "ses", "sns", "twilio", "fcm", "whatsapp",
                            "inbox", "slack", "webhook", "subscriber-token"})
    EXPECT_THAT(plugins.out, HasSubstr(id_of));
  const auto in_json = belfry({"plugin", "list", "--json"});
  EXPECT_EQ(jsonOf(in_json)["items"].Size(), 13u);
  EXPECT_THAT(belfry({"provider", "list", "--tenant", "acme"}).out, HasSubstr("acme-smtp"));
}

TEST(BelfryAdministration, AProviderInstanceFromItsMakingToItsEnd) {
  const auto made =
      belfry({"provider", "create", "by-cli", "--plugin", "smtp", "--config",
              R"({"host":"relay.example.test","from":"a@example.test"})", "--priority", "9", "--tenant", "acme"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("relay.example.test"));
  const auto wrong = belfry({"provider", "create", "other", "--plugin", "smtp", "--config", "{}", "--tenant", "acme"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("/config"));
  EXPECT_EQ(belfry({"provider", "set", "by-cli", "--tenant", "acme"}).code, 2);
  EXPECT_EQ(belfry({"provider", "set", "by-cli", "--enabled", "maybe", "--tenant", "acme"}).code, 2);
  EXPECT_EQ(belfry({"provider", "set", "by-cli", "--secret-env", "password=BELFRY_NO_SUCH", "--tenant", "acme"}).code,
            2);
  const auto off = belfry({"provider", "set", "by-cli", "--enabled", "false", "--json", "--tenant", "acme"});
  EXPECT_EQ(off.code, 0) << off.err;
  EXPECT_FALSE(jsonOf(off)["enabled"].GetBool());
  EXPECT_EQ(belfry({"provider", "probe", "by-cli", "--tenant", "acme"}).code, 1) << "there is no such relay";
  EXPECT_EQ(belfry({"provider", "probe", "acme-smtp", "--tenant", "acme"}).code, 0);
  EXPECT_EQ(belfry({"provider", "remove", "by-cli", "--tenant", "acme"}).code, 0);
  EXPECT_EQ(belfry({"provider", "show", "by-cli", "--tenant", "acme"}).code, 1);
}

TEST(BelfryRender, WritesExactlyTheRenderedBytesWithoutAHost) {
  const TemporaryDirectory directory;
  const auto file = [&](const std::string& name, const std::string& text) {
    std::ofstream(directory.path() / name, std::ios::binary) << text;
    return (directory.path() / name).string();
  };
  std::filesystem::create_directory(directory.path() / "partials");
  file("partials/bell.mustache", "[{{sound}}]");
  const auto said =
      belfry({"render", "--engine", "mustache", "--template", file("t", "Hello {{name}} {{>bell}}{{>none}}"), "--data",
              file("d", R"({"name":"<Ada>","sound":"ding"})"), "--partials", directory.path() / "partials"},
             {{"BELFRY_SERVER", "http://127.0.0.1:1"}});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "Hello &lt;Ada&gt; [ding]");
  const auto broken = belfry({"render", "--template", file("b", "line one\n{{#open}}"), "--data", file("e", "{}")});
  EXPECT_EQ(broken.code, 1);
  EXPECT_EQ(broken.out, "");
  EXPECT_THAT(broken.err, HasSubstr("2"));
}

TEST(BelfryMigrate, StatusShowsEveryMigration) {
  const auto said = belfry({"migrate", "status", "--check", "--database", stage().host.databaseUrl()});
  EXPECT_EQ(said.code, 0) << said.err;
  for (const auto* name : {"001_foundation", "002_notifications", "003_work"}) EXPECT_THAT(said.out, HasSubstr(name));
  const auto away = belfry({"migrate", "status", "--database", "postgresql://belfry@/belfry?host=/nonexistent"});
  EXPECT_EQ(away.code, 1);
  EXPECT_THAT(away.err, HasSubstr("/nonexistent"));
}

}  // namespace

Stage& stage() {
  static Stage the_one;
  return the_one;
}

}  // namespace belfry::test
