// Tenant files: what they may say, and what a broken one does not break.
#include "app/tenant_files/tenant_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch_directory.h"

namespace belfry {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<ConfigError> errorsOf(std::string_view yaml) {
  const ScratchDirectory scratch;
  const auto result = parseTenantFile(scratch.write("acme.yaml", yaml));
  return result ? std::vector<ConfigError>{} : result.error();
}

ConfigError errorOf(std::string_view yaml) {
  const auto errors = errorsOf(yaml);
  EXPECT_EQ(errors.size(), 1u) << toText(errors);
  return errors.empty() ? ConfigError{} : errors.front();
}

TEST(TenantFile, ReadsEveryKey) {
  const ScratchDirectory scratch;
  const auto path = scratch.write("acme.yaml", R"(
tenant: acme
name: Acme Ltd
auth: [apikey, subscriber-token]
subscriber_secret: { file: keys/subscribers }
providers:
  - id: acme-sendgrid
    plugin: sendgrid
    channel: email
    priority: 2
    weight: 70
    enabled: false
    simulate: true
    callback_id: cb-1
    config:
      from: "Acme <no-reply@acme.example>"
      phone: +34600000001
      limit: 1.10
    secrets:
      api_key: { env: ACME_SENDGRID_KEY }
      cert: { file: keys/acme.pem }
)");
  const auto tenant = parseTenantFile(path);
  ASSERT_TRUE(tenant) << toText(tenant.error());
  EXPECT_EQ(tenant->slug, "acme");
  EXPECT_EQ(tenant->name, "Acme Ltd");
  EXPECT_EQ(tenant->auth, (std::vector<std::string>{"apikey", "subscriber-token"}));
  ASSERT_TRUE(tenant->subscriber_secret);
  EXPECT_EQ(tenant->subscriber_secret->kind, SecretLocation::Kind::file);
  EXPECT_EQ(tenant->subscriber_secret->name, (path.parent_path() / "keys/subscribers").string());
  ASSERT_EQ(tenant->providers.size(), 1u);
  const ProviderEntry& provider = tenant->providers[0];
  EXPECT_EQ(provider.id, "acme-sendgrid");
  EXPECT_EQ(provider.plugin, "sendgrid");
  EXPECT_EQ(provider.channel, Channel::email);
  EXPECT_EQ(provider.priority, 2);
  EXPECT_EQ(provider.weight, 70);
  EXPECT_FALSE(provider.enabled);
  EXPECT_TRUE(provider.simulate);
  EXPECT_EQ(provider.callback_id, "cb-1");
  EXPECT_THAT(provider.config_json, HasSubstr(R"("phone":"+34600000001")"));
  EXPECT_EQ(provider.secrets.at("api_key").kind, SecretLocation::Kind::environment);
  EXPECT_EQ(provider.secrets.at("api_key").name, "ACME_SENDGRID_KEY");
  EXPECT_EQ(provider.secrets.at("cert").kind, SecretLocation::Kind::file);
  EXPECT_EQ(provider.secrets.at("cert").name, (scratch.path() / "keys/acme.pem").string());
  EXPECT_THAT(provider.source, HasSubstr("acme.yaml:7"));
}

TEST(TenantFile, ASubscriberSecretIsNeverWrittenIntoTheFile) {
  const auto error = errorOf("tenant: acme\nsubscriber_secret: 0123456789abcdef0123456789abcdef\n");
  EXPECT_EQ(error.key, "subscriber_secret");
  EXPECT_THAT(toText(error), Not(HasSubstr("0123456789abcdef")));
}

TEST(TenantFile, OnlyIdPluginAndChannelAreRequired) {
  const ScratchDirectory scratch;
  const auto tenant =
      parseTenantFile(scratch.write("acme.yaml", "providers:\n  - { id: x, plugin: smtp, channel: email }\n"));
  ASSERT_TRUE(tenant) << toText(tenant.error());
  EXPECT_EQ(tenant->slug, "acme");
  EXPECT_EQ(tenant->name, "acme");
  EXPECT_EQ(tenant->auth, std::vector<std::string>{"apikey"});
  const ProviderEntry& provider = tenant->providers.at(0);
  EXPECT_EQ(provider.priority, 1);
  EXPECT_TRUE(provider.enabled);
  EXPECT_FALSE(provider.simulate);
  EXPECT_EQ(provider.config_json, "{}");
  EXPECT_EQ(provider.callback_id, std::nullopt);
}

TEST(TenantFile, NamesEachMissingKey) {
  const auto errors = errorsOf("tenant: acme\nproviders:\n  - { priority: 1 }\n");
  ASSERT_EQ(errors.size(), 3u) << toText(errors);
  for (const ConfigError& error : errors) {
    EXPECT_THAT(error.key, testing::StartsWith("providers[0]."));
    EXPECT_EQ(error.message, "is missing");
    EXPECT_THAT(error.source, HasSubstr("acme.yaml:3"));
  }
}

TEST(TenantFile, UnknownKeysAreErrors) {
  const ConfigError error =
      errorOf("tenant: acme\nproviders:\n  - { id: x, plugin: smtp, channel: email, pirority: 1 }\n");
  EXPECT_EQ(error.key, "providers[0].pirority");
  EXPECT_THAT(error.message, HasSubstr("did you mean \"priority\"?"));
}

TEST(TenantFile, AnUnknownChannelNamesTheChannels) {
  const ConfigError error = errorOf("tenant: acme\nproviders:\n  - id: x\n    plugin: smtp\n    channel: fax\n");
  EXPECT_EQ(error.key, "providers[0].channel");
  EXPECT_EQ(error.value, "\"fax\"");
  EXPECT_THAT(error.allowed, HasSubstr("email, sms, push"));
  EXPECT_THAT(error.source, HasSubstr("acme.yaml:5"));
}

TEST(TenantFile, ChannelAliasesAreUnderstood) {
  const ScratchDirectory scratch;
  const auto tenant = parseTenantFile(scratch.write("a.yaml", "providers: [{ id: x, plugin: fcm, channel: fcm }]"));
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->providers.at(0).channel, Channel::push);
}

TEST(TenantFile, DoublesWithinAFileAreRefused) {
  const auto errors = errorsOf(R"(
tenant: acme
providers:
  - { id: x, plugin: smtp, channel: email, callback_id: c }
  - { id: x, plugin: smtp, channel: email, callback_id: c }
)");
  ASSERT_EQ(errors.size(), 2u) << toText(errors);
  EXPECT_EQ(errors[0].key, "providers[1].id");
  EXPECT_EQ(errors[0].message, "is used twice");
  EXPECT_EQ(errors[1].key, "providers[1].callback_id");
}

TEST(TenantFile, BadSlugsAreRefused) {
  for (const char* slug : {"Acme", "-acme", "acme-", "a b", "\"\"", "a/b", "é", "\"a\\nb\""}) {
    EXPECT_EQ(errorOf("tenant: " + std::string(slug)).key, "tenant") << slug;
  }
  const ScratchDirectory scratch;
  const auto unnamed = parseTenantFile(scratch.write("My Tenant.yaml", "name: Mine\n"));
  ASSERT_FALSE(unnamed);
  EXPECT_THAT(unnamed.error().front().message, HasSubstr("the file's name is no slug"));
}

TEST(TenantFile, ASecretIsALocation) {
  const auto with = [](const std::string& secret) {
    return errorsOf("tenant: acme\nproviders:\n  - { id: x, plugin: smtp, channel: email, secrets: { password: " +
                    secret + " } }\n");
  };
  EXPECT_TRUE(with("{ env: A }").empty());
  EXPECT_TRUE(with("{ file: /run/secret }").empty());
  for (const char* wrong : {"hunter2", "{ value: hunter2 }", "{ env: A, file: hunter2 }", "{}", "[hunter2]",
                            "{ env: \"hunter 2\" }", "{ env: { a: hunter2 } }"}) {
    const auto errors = with(wrong);
    ASSERT_FALSE(errors.empty()) << wrong;
    EXPECT_THAT(toText(errors), Not(HasSubstr("hunter"))) << wrong;
    EXPECT_THAT(toText(errors), HasSubstr("env")) << wrong;
  }
}

TEST(TenantFile, ASecretInTheWrongPlaceIsNotShown) {
  const auto errors = errorsOf("tenant: acme\nproviders: { x: { api_key: hunter2 } }\n");
  ASSERT_FALSE(errors.empty());
  EXPECT_THAT(toText(errors), Not(HasSubstr("hunter2")));
  EXPECT_THAT(toText(errorsOf("tenant: acme\nproviders: [{ id: x, plugin: p, channel: email, password: hunter2 }]\n")),
              Not(HasSubstr("hunter2")));
}

TEST(TenantDirectory, ABrokenFileLeavesTheOthersAlone) {
  const ScratchDirectory scratch;
  scratch.write("a.yaml", "tenant: a\n");
  scratch.write("b.yaml", "tenant: [\n");
  scratch.write("c.yml", "tenant: c\n");
  scratch.write("notes.txt", "not read");
  scratch.write(".hidden.yaml", "nonsense: [");
  const TenantFiles files = readTenantFiles(scratch.path());
  ASSERT_EQ(files.tenants.size(), 2u) << toText(files.errors);
  EXPECT_EQ(files.tenants[0].slug, "a");
  EXPECT_EQ(files.tenants[1].slug, "c");
  EXPECT_EQ(files.broken, std::vector{scratch.path() / "b.yaml"});
  EXPECT_THAT(toText(files.errors), HasSubstr("b.yaml"));
}

TEST(TenantDirectory, TwoFilesForOneTenantOrOneCallbackAreRefused) {
  const ScratchDirectory scratch;
  scratch.write("a.yaml", "tenant: one\nproviders: [{ id: x, plugin: p, channel: sms, callback_id: same }]\n");
  scratch.write("b.yaml", "tenant: one\n");
  scratch.write("c.yaml", "tenant: two\nproviders: [{ id: x, plugin: p, channel: sms, callback_id: same }]\n");
  const TenantFiles files = readTenantFiles(scratch.path());
  EXPECT_EQ(files.tenants.size(), 1u);
  ASSERT_EQ(files.broken.size(), 2u) << toText(files.errors);
  EXPECT_THAT(toText(files.errors), HasSubstr("a.yaml already"));
}

TEST(TenantDirectory, MustBeThere) {
  const ScratchDirectory scratch;
  const TenantFiles files = readTenantFiles(scratch.path() / "absent");
  ASSERT_EQ(files.errors.size(), 1u);
  EXPECT_THAT(toText(files.errors), HasSubstr("cannot be listed"));
}

TEST(TenantDirectory, TheExampleIsGood) {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "run by ctest, which sets BELFRY_SOURCE_DIR";
  const TenantFiles files = readTenantFiles(std::filesystem::path(source) / "config/tenants");
  EXPECT_TRUE(files.errors.empty()) << toText(files.errors);
  ASSERT_FALSE(files.tenants.empty());
  EXPECT_EQ(files.tenants[0].slug, "default");
  EXPECT_EQ(files.tenants[0].providers.at(0).plugin, "smtp");
}

}  // namespace
TEST(TenantFile, SaysWhatIsDoneAboutDoubles) {
  const ScratchDirectory scratch;
  const auto tenant = parseTenantFile(scratch.write("acme.yaml", R"(
dedup: { enabled: true, strategy: merge, ttl: PT6H, ttls: { email: PT12H, fcm: PT10M }, context: [order.id] }
)"));
  ASSERT_TRUE(tenant) << toText(tenant.error());
  DedupPolicy wanted{true, DedupStrategy::merge, std::chrono::hours(6), {}, {"order.id"}};
  wanted.ttls = {{Channel::email, std::chrono::hours(12)}, {Channel::push, std::chrono::minutes(10)}};
  EXPECT_EQ(tenant->dedup, wanted);
  EXPECT_EQ(parseTenantFile(scratch.write("other.yaml", "tenant: other\n"))->dedup, DedupPolicy());
}

TEST(TenantFile, NamesWhatIsWrongAboutDoubles) {
  EXPECT_EQ(errorOf("dedup: { strategy: ignore }").key, "dedup.strategy");
  EXPECT_EQ(errorOf("dedup: { ttl: PT0S }").key, "dedup.ttl");
  EXPECT_EQ(errorOf("dedup: { ttl: 24h }").key, "dedup.ttl");
  EXPECT_EQ(errorOf("dedup: { ttls: { email: P400D } }").key, "dedup.ttls.email");
  EXPECT_EQ(errorOf("dedup: { ttls: { pigeon: PT1H } }").key, "dedup.ttls.pigeon");
  EXPECT_EQ(errorOf("dedup: { context: ['a b'] }").key, "dedup.context[0]");
  EXPECT_EQ(errorOf("dedup: { key: k }").key, "dedup.key");
  EXPECT_THAT(toText(errorOf("dedup: { ttl: PT0S }")), HasSubstr("PT1S to P366D"));
}

}  // namespace belfry
