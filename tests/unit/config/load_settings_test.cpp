// Settings: defaults, precedence, errors of every source, what is shown, what a reload changes.
#include "app/config/load_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/config/setting_keys.h"
#include "scratch_directory.h"

namespace belfry {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

LoadedSettings loaded(const ConfigSources& sources) {
  auto result = loadSettings(sources);
  if (!result) throw std::runtime_error(toText(result.error()));
  return std::move(*result);
}

std::vector<ConfigError> errorsOf(const ConfigSources& sources) {
  auto result = loadSettings(sources);
  return result ? std::vector<ConfigError>{} : result.error();
}

// The only error of a config file with this text.
ConfigError errorOf(std::string_view yaml) {
  const ScratchDirectory scratch;
  const auto errors = errorsOf({.file = scratch.write("belfry.yaml", yaml)});
  EXPECT_EQ(errors.size(), 1u) << toText(errors);
  return errors.empty() ? ConfigError{} : errors.front();
}

std::string sourceOf(const LoadedSettings& settings, std::string_view key) {
  const auto found = std::ranges::find(settings.values, key, &EffectiveValue::key);
  return found == settings.values.end() ? "no such key" : found->source;
}

// ---- defaults -------------------------------------------------------------------------------------------------------

TEST(Defaults, AreThoseOfTheDocumentedFile) {
  const Settings settings = loaded({}).settings;
  EXPECT_EQ(settings.http.port, 8080);
  EXPECT_EQ(settings.http.max_body_bytes, 32u * 1024 * 1024);
  EXPECT_EQ(settings.http.max_head_bytes, 16u * 1024);
  EXPECT_EQ(settings.http.max_head_fields, 100u);
  EXPECT_EQ(settings.http.head_timeout, milliseconds(15000));
  EXPECT_EQ(settings.devices_per_user, 20);
  EXPECT_EQ(settings.default_region, "");
  EXPECT_EQ(settings.intake.queue_limit, 20000u);
  EXPECT_EQ(settings.intake.queue_bytes, 32u * 1024 * 1024);
  EXPECT_EQ(settings.intake.tenant_share_percent, 50);
  EXPECT_EQ(settings.intake.group_limit, 1000u);
  EXPECT_EQ(settings.idempotency_ttl, std::chrono::hours(24));
  EXPECT_EQ(settings.roles.size(), 4u);
  EXPECT_EQ(settings.log_level, LogLevel::info);
  EXPECT_FALSE(settings.embedded.enabled);
  EXPECT_TRUE(settings.exchange.allow_private_hosts.empty());
}

TEST(Defaults, HoldAPolicyForEveryChannel) {
  const Settings settings = loaded({}).settings;
  for (const Channel channel : allChannels()) {
    ASSERT_TRUE(settings.retry.contains(channel)) << toText(channel);
    EXPECT_GE(settings.retry.at(channel).attempts, 1);
    EXPECT_GE(settings.retry.at(channel).cap, settings.retry.at(channel).base);
    const bool resends = channel == Channel::email || channel == Channel::push || channel == Channel::inapp;
    EXPECT_EQ(settings.lease_expired.at(channel), resends ? LeasePolicy::resend : LeasePolicy::hold) << toText(channel);
  }
}

TEST(Defaults, EveryKeyOfTheSchemaHasOne) {
  const LoadedSettings settings = loaded({});
  ASSERT_EQ(settings.values.size(), settingCatalogue().keys.size());
  for (const EffectiveValue& value : settings.values) EXPECT_EQ(value.source, "default") << value.key;
}

// ---- precedence -----------------------------------------------------------------------------------------------------

TEST(Precedence, EachSourceOverridesTheOneBefore) {
  const ScratchDirectory scratch;
  ConfigSources sources{.file = scratch.write("belfry.yaml", "http:\n  port: 1\nlog:\n  level: warn\n")};
  EXPECT_EQ(loaded(sources).settings.http.port, 1);
  sources.environment = {{"BELFRY__HTTP__PORT", "2"}};
  EXPECT_EQ(loaded(sources).settings.http.port, 2);
  sources.flags = {{"http.port", "3", "--port"}};
  const LoadedSettings settings = loaded(sources);
  EXPECT_EQ(settings.settings.http.port, 3);
  EXPECT_EQ(settings.settings.log_level, LogLevel::warn);
}

TEST(Precedence, ALaterFlagOverridesAnEarlierOne) {
  EXPECT_EQ(loaded({.flags = {{"http.port", "3", "--set"}, {"http.port", "4", "--port"}}}).settings.http.port, 4);
}

TEST(Precedence, AFileChangesSingleKeysOnly) {
  const ScratchDirectory scratch;
  const Settings settings =
      loaded({.file = scratch.write("belfry.yaml", "retry: { email: { attempts: 2 } }")}).settings;
  EXPECT_EQ(settings.retry.at(Channel::email).attempts, 2);
  EXPECT_EQ(settings.retry.at(Channel::email).base, loaded({}).settings.retry.at(Channel::email).base);
}

TEST(Precedence, AnEmptySectionChangesNothing) {
  const ScratchDirectory scratch;
  EXPECT_EQ(loaded({.file = scratch.write("belfry.yaml", "http:\n#  port: 1\n")}).settings.http.port, 8080);
  EXPECT_EQ(loaded({.file = scratch.write("empty.yaml", "")}).settings.http.port, 8080);
}

TEST(Precedence, RelativePathsOfAFileAreRelativeToIt) {
  const ScratchDirectory scratch;
  const auto file =
      scratch.write("belfry.yaml", "tenants: { directory: tenants }\nplugins: { lock: /etc/plugins.lock }\n");
  const Settings settings = loaded({.file = file}).settings;
  EXPECT_EQ(settings.tenants_directory, scratch.path() / "tenants");
  EXPECT_EQ(settings.plugins.lock, "/etc/plugins.lock");
  EXPECT_EQ(settings.templates_directory, "");
}

// ---- single values --------------------------------------------------------------------------------------------------

TEST(Environment, NamesAreReadWithoutCase) {
  EXPECT_EQ(loaded({.environment = {{"belfry__http__Port", "81"}}}).settings.http.port, 81);
}

TEST(Environment, OtherVariablesAreIgnored) {
  EXPECT_TRUE(
      errorsOf({.environment = {{"PATH", "/bin"}, {"BELFRY_MASTER_KEY", "x"}, {"BELFRY_CONTRACTS", "y"}}}).empty());
}

TEST(Environment, TextStaysAsItIsTyped) {
  const std::string url = "postgresql://u:p: #a'\"@db/belfry";
  EXPECT_EQ(loaded({.environment = {{"BELFRY__DATABASE__URL", url}}}).settings.database.url, url);
  EXPECT_EQ(loaded({.environment = {{"BELFRY__HTTP__ADDRESS", "::"}}}).settings.http.address, "::");
  EXPECT_EQ(loaded({.environment = {{"BELFRY__EMBEDDED__RUN_AS", "1000"}}}).settings.embedded.run_as, "1000");
}

TEST(Environment, ListsAreYamlOrSeparatedByCommas) {
  const std::vector<std::string> wanted{"mail.test:25:127.0.0.1", "api.test:443:::1"};
  EXPECT_EQ(loaded({.environment = {{"BELFRY__EXCHANGE__RESOLVE", "mail.test:25:127.0.0.1, api.test:443:::1"}}})
                .settings.exchange.resolve,
            wanted);
  EXPECT_EQ(loaded({.environment = {{"BELFRY__EXCHANGE__RESOLVE", "[\"mail.test:25:127.0.0.1\", 'api.test:443:::1']"}}})
                .settings.exchange.resolve,
            wanted);
  EXPECT_TRUE(loaded({.environment = {{"BELFRY__EXCHANGE__RESOLVE", ""}}}).settings.exchange.resolve.empty());
  EXPECT_EQ(loaded({.flags = {{"roles", "api,worker", "--roles"}}}).settings.roles,
            (std::set{ProcessRole::api, ProcessRole::worker}));
}

TEST(Environment, AnUnknownNameIsAnErrorWithASuggestion) {
  const auto errors = errorsOf({.environment = {{"BELFRY__HTTP__PROT", "1"}}});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].key, "http.prot");
  EXPECT_EQ(errors[0].source, "environment BELFRY__HTTP__PROT");
  EXPECT_THAT(errors[0].message, HasSubstr("did you mean \"http.port\"?"));
}

TEST(Environment, ASectionIsNoKey) {
  const auto errors = errorsOf({.environment = {{"BELFRY__HTTP", "{port: 1}"}}});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("is a section"));
}

TEST(Environment, WrongValuesNameTheVariableAndWhatIsAllowed) {
  for (const char* text : {"eighty", "", "80 80", "8080.5", "99999", "-1", "[80]", "{a: 1}", "\"80\"", "*x", "80: 1"}) {
    const auto errors = errorsOf({.environment = {{"BELFRY__HTTP__PORT", text}}});
    ASSERT_EQ(errors.size(), 1u) << text;
    EXPECT_EQ(errors[0].key, "http.port");
    EXPECT_EQ(errors[0].source, "environment BELFRY__HTTP__PORT");
    EXPECT_EQ(errors[0].allowed, "integer from 0 to 65535");
  }
}

TEST(Flags, AreReadLikeTheEnvironment) {
  EXPECT_TRUE(loaded({.flags = {{"embedded.enabled", "true", "--embedded"}}}).settings.embedded.enabled);
  const auto errors = errorsOf({.flags = {{"embedded.enabled", "yes", "--embedded"}}});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(toText(errors[0]),
            "flag --embedded: embedded.enabled: is a string (value \"yes\"; allowed: true or false)");
}

TEST(Flags, SetHasAKeyAndAValue) {
  const auto flag = parseSetFlag("http.public_url=https://a.example/?");
  ASSERT_TRUE(flag);
  EXPECT_EQ(flag->key, "http.public_url");
  EXPECT_EQ(flag->text, "https://a.example/?");
  for (const char* text : {"http.port", "=1", ""}) EXPECT_FALSE(parseSetFlag(text)) << text;
}

// ---- errors of files ------------------------------------------------------------------------------------------------

TEST(ConfigFile, AnUnknownKeyNamesLineKnownKeysAndTheNearest) {
  const ConfigError error = errorOf("http:\n  address: 0.0.0.0\n  prot: 80\n");
  EXPECT_EQ(error.key, "http.prot");
  EXPECT_EQ(error.value, "80");
  EXPECT_THAT(error.source, HasSubstr("belfry.yaml:3"));
  EXPECT_THAT(error.message, HasSubstr("unknown key \"prot\"; did you mean \"port\"?"));
  EXPECT_THAT(error.allowed, HasSubstr("address, port, public_url"));
}

TEST(ConfigFile, EveryUnknownKeyIsReported) {
  const ScratchDirectory scratch;
  const auto errors =
      errorsOf({.file = scratch.write("belfry.yaml", "htp: {}\nhttp: { a: 1, b: 2 }\nworker: { c: 3 }\n")});
  EXPECT_EQ(errors.size(), 4u) << toText(errors);
}

TEST(ConfigFile, AWrongTypeSaysWhatStandsThere) {
  EXPECT_EQ(errorOf("http: { port: eighty }").message, "is a string");
  EXPECT_EQ(errorOf("http: { port: 80.5 }").message, "is a number with a fraction");
  EXPECT_EQ(errorOf("http: { port: null }").message, "is null");
  EXPECT_EQ(errorOf("http: 80").message, "is a whole number");
  EXPECT_EQ(errorOf("http: [80]").message, "is a list");
  EXPECT_EQ(errorOf("log: { level: { a: 1 } }").message, "is not one of the values allowed");
  EXPECT_EQ(errorOf("log: { level: { a: 1 } }").allowed, "one of debug, info, warn, error");
  EXPECT_EQ(errorOf("exchange: { resolve: a }").message, "is a string");
  EXPECT_EQ(errorOf("[1]").message, "is a list");
}

TEST(ConfigFile, AValueOutOfRangeSaysTheRange) {
  const ConfigError error = errorOf("worker:\n  lease_ms: 999\n");
  EXPECT_EQ(error.key, "worker.lease_ms");
  EXPECT_EQ(error.value, "999");
  EXPECT_EQ(error.message, "is too small");
  EXPECT_EQ(error.allowed, "integer from 1000 to 3600000");
  EXPECT_EQ(errorOf("retry: { sms: { factor: 0.5 } }").allowed, "number from 1 to 10");
  EXPECT_EQ(errorOf("http: { port: 123456789012345678901234567890 }").key, "http.port");
}

TEST(ConfigFile, AWrongListItemIsNamedByItsIndex) {
  const ConfigError error = errorOf("exchange:\n  resolve:\n    - mail.test:25:127.0.0.1\n    - nonsense\n");
  EXPECT_EQ(error.key, "exchange.resolve[1]");
  EXPECT_THAT(error.source, HasSubstr(":4"));
  EXPECT_EQ(error.allowed, "host:port:address");
  EXPECT_EQ(errorOf("roles: [api, wroker]").allowed, "one of api, worker, scheduler, relay");
  EXPECT_EQ(errorOf("roles: [api, api]").message, "contains the same value twice");
  EXPECT_EQ(errorOf("roles: []").message, "has too few items");
}

TEST(ConfigFile, BadYamlNamesTheLine) {
  const ConfigError error = errorOf("http:\n  port: 80\n bad: [1\n");
  EXPECT_THAT(error.source, testing::ContainsRegex("belfry.yaml:[34]"));
  EXPECT_THAT(error.message, HasSubstr("is not YAML"));
}

TEST(ConfigFile, RefusesWhatYamlWouldSilentlyAccept) {
  EXPECT_THAT(errorOf("http:\n  port: 1\n  port: 2\n").message, HasSubstr("the key \"port\" twice"));
  EXPECT_THAT(errorOf("http: { port: 1 }\n---\nhttp: { port: 2 }\n").message, HasSubstr("more than one YAML document"));
  EXPECT_THAT(errorOf("http: { address: !!binary aGk= }").message, HasSubstr("tags are not allowed"));
  EXPECT_THAT(errorOf("? [a]\n: 1\n").message, HasSubstr("a key that is not text"));
  EXPECT_THAT(errorOf("http:\n  address: \"\xff\"\n").message, HasSubstr("not valid UTF-8"));
  EXPECT_THAT(errorOf("http:\n  address: \"\xff\"\n").source, HasSubstr(":2"));
}

TEST(ConfigFile, AliasesCannotGrowWithoutLimit) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j ? ",*a" : "*a") + before;
    bomb += "]\n";
  }
  EXPECT_THAT(errorOf(bomb).message, HasSubstr("nodes"));
}

TEST(ConfigFile, MustBeThere) {
  const ScratchDirectory scratch;
  const auto absent = errorsOf({.file = scratch.path() / "absent.yaml"});
  ASSERT_EQ(absent.size(), 1u);
  EXPECT_THAT(toText(absent[0]), HasSubstr("absent.yaml: cannot be read: no such file"));
  const auto directory = errorsOf({.file = scratch.path()});
  ASSERT_EQ(directory.size(), 1u);
  EXPECT_THAT(directory[0].message, HasSubstr("not a regular file"));
}

TEST(Errors, OfAllSourcesComeTogether) {
  const ScratchDirectory scratch;
  const auto errors = errorsOf({.file = scratch.write("belfry.yaml", "http: { port: x }"),
                                .environment = {{"BELFRY__NOPE", "1"}},
                                .flags = {{"worker.slots", "0", "--set"}}});
  EXPECT_EQ(errors.size(), 3u) << toText(errors);
}

TEST(Errors, NeverShowAPassword) {
  const auto errors = errorsOf({.environment = {{"BELFRY__REDIS__URL", "http://u:hunter2@cache"}}});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(toText(errors[0]), Not(HasSubstr("hunter2")));
}

// ---- what one key cannot tell ---------------------------------------------------------------------------------------

TEST(FitToStart, WantsADatabaseOrADataDirectory) {
  EXPECT_EQ(checkFitToStart(loaded({}).settings).front().key, "database.url");
  const auto embedded = loaded({.flags = {{"embedded.enabled", "true", "--embedded"}}}).settings;
  EXPECT_EQ(checkFitToStart(embedded).front().key, "embedded.data_directory");
  const auto outside = loaded({.flags = {{"database.url", "postgresql://db/belfry", "--set"}}}).settings;
  EXPECT_TRUE(checkFitToStart(outside).empty());
  EXPECT_EQ(outside.database.migrate_url, outside.database.url);
}

// ---- print-config ---------------------------------------------------------------------------------------------------

TEST(PrintConfig, ShowsEveryValueAndItsSource) {
  const ScratchDirectory scratch;
  const auto file = scratch.write("belfry.yaml", "\nhttp:\n  idle_timeout_ms: 5000\n");
  const LoadedSettings settings =
      loaded({.file = file, .environment = {{"BELFRY__LOG__LEVEL", "debug"}}, .flags = {{"http.port", "0", "--port"}}});
  const std::string text = printConfig(settings);
  EXPECT_THAT(text, HasSubstr("http.port: 0  # flag --port\n"));
  EXPECT_THAT(text, HasSubstr("http.idle_timeout_ms: 5000  # " + file.string() + ":3\n"));
  EXPECT_THAT(text, HasSubstr("log.level: \"debug\"  # environment BELFRY__LOG__LEVEL\n"));
  EXPECT_THAT(text, HasSubstr("http.max_head_fields: 100  # default\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(settings.values.size()));
}

TEST(PrintConfig, MasksPasswords) {
  const std::string text = printConfig(
      loaded({.environment = {{"BELFRY__DATABASE__URL", "postgresql://bel:hun:ter@2@db.example:5432/x?sslmode=require"},
                              {"BELFRY__DATABASE__MIGRATE_URL", "host=db user=owner password='s e c' dbname=x"},
                              {"BELFRY__REDIS__URL", "redis://:sesame@cache:6379/0"}}}));
  EXPECT_THAT(text, HasSubstr("database.url: \"postgresql://bel:***@db.example:5432/x?sslmode=require\""));
  EXPECT_THAT(text, HasSubstr("user=owner password=*** dbname=x"));
  EXPECT_THAT(text, HasSubstr("redis://:***@cache:6379/0"));
}

// ---- reload ---------------------------------------------------------------------------------------------------------

TEST(Reload, AppliesWhatMayBeReloadedAndNamesTheRest) {
  const ScratchDirectory scratch;
  const ConfigSources sources{.file = scratch.write("belfry.yaml", "log: { level: info }\n")};
  const LoadedSettings running = loaded(sources);
  scratch.write("belfry.yaml", "log: { level: debug }\nhttp: { port: 9999 }\n");
  const auto reloaded = reloadSettings(running, sources);
  ASSERT_TRUE(reloaded);
  EXPECT_EQ(reloaded->effective.settings.log_level, LogLevel::debug);
  EXPECT_EQ(reloaded->effective.settings.http.port, 8080);
  EXPECT_EQ(sourceOf(reloaded->effective, "http.port"), "default");
  ASSERT_EQ(reloaded->changes.size(), 2u);
  EXPECT_EQ(reloaded->changes[0].key, "http.port");
  EXPECT_FALSE(reloaded->changes[0].applied);
  EXPECT_EQ(reloaded->changes[0].after, "9999");
  EXPECT_EQ(reloaded->changes[1].key, "log.level");
  EXPECT_TRUE(reloaded->changes[1].applied);
}

TEST(Reload, AppliesRetryPolicies) {
  const ConfigSources changed{
      .environment = {{"BELFRY__RETRY__SMS__ATTEMPTS", "9"}, {"BELFRY__LEASE_EXPIRED__SMS", "resend"}}};
  const auto reloaded = reloadSettings(loaded({}), changed);
  ASSERT_TRUE(reloaded);
  EXPECT_EQ(reloaded->effective.settings.retry.at(Channel::sms).attempts, 9);
  EXPECT_EQ(reloaded->effective.settings.lease_expired.at(Channel::sms), LeasePolicy::resend);
}

TEST(Reload, ReportsABrokenFile) {
  const ScratchDirectory scratch;
  const ConfigSources sources{.file = scratch.write("belfry.yaml", "")};
  const LoadedSettings running = loaded(sources);
  scratch.write("belfry.yaml", "log: { level: loud }\n");
  const auto reloaded = reloadSettings(running, sources);
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().front().key, "log.level");
}

TEST(Reload, WithoutAChangeReportsNone) { EXPECT_TRUE(reloadSettings(loaded({}), {})->changes.empty()); }

}  // namespace
}  // namespace belfry
