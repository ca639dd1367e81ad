#include "check/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "check/names.h"

namespace belfry::check {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A good manifest in which one member is replaced, or added.
std::string with(const std::string& key, const std::string& value) {
  std::string json = "{";
  const std::pair<const char*, const char*> members[] = {
      {"id", "\"acme-sms\""},
      {"version", "\"1.2.3\""},
      {"generation", "1"},
      {"kinds", "[\"channel\"]"},
      {"provides", "[\"belfry.channel/1\"]"},
      {"channels", "[\"sms\"]"},
      {"config_schema", R"({"type":"object","properties":{"base_url":{"type":"string"}}})"},
      {"secrets", R"([{"name":"auth_token","required":true,"description":"d"}])"},
      {"egress", R"({"hosts":["api.acme.example","*.acme.example"],"config_keys":["base_url"]})"},
      {"simulation", R"({"outcome":"accepted","code":"201"})"}};
  bool replaced = false;
  for (const auto& [name, text] : members) {
    const bool here = key == name;
    replaced = replaced || here;
    if (here && value.empty()) continue;
    json += "\"" + std::string(name) + "\":" + (here ? value : text) + ",";
  }
  if (!replaced && !key.empty()) json += "\"" + key + "\":" + value + ",";
  json.back() = '}';
  return json;
}

TEST(Manifest, ReadsEverything) {
  std::string error;
  const auto m = parseManifest(with("max_batch", "50"), error);
  ASSERT_TRUE(m) << error;
  EXPECT_EQ(m->id, "acme-sms");
  EXPECT_EQ(m->name, "acme-sms");
  EXPECT_EQ(m->version, "1.2.3");
  EXPECT_EQ(m->generation, 1);
  EXPECT_THAT(m->kinds, ElementsAre("channel"));
  EXPECT_THAT(m->channels, ElementsAre("sms"));
  EXPECT_TRUE(m->providesInterface("belfry.channel/1"));
  EXPECT_FALSE(m->providesInterface("belfry.auth/1"));
  ASSERT_EQ(m->secrets.size(), 1u);
  EXPECT_TRUE(m->secrets[0].required);
  EXPECT_THAT(m->egress.hosts, ElementsAre("api.acme.example", "*.acme.example"));
  EXPECT_THAT(m->egress.config_keys, ElementsAre("base_url"));
  EXPECT_EQ(m->max_batch, 50u);
  ASSERT_TRUE(m->simulation);
  EXPECT_EQ(m->simulation->outcome, "accepted");
  EXPECT_THAT(m->config_schema, HasSubstr("base_url"));
}

TEST(Manifest, WithoutConfigSchemaOnlyAnEmptyConfigIsAccepted) {
  std::string error;
  const auto m = parseManifest(
      R"({"id":"a","version":"1.0.0","generation":1,"kinds":["auth"],"provides":["belfry.auth/1"]})", error);
  ASSERT_TRUE(m) << error;
  EXPECT_EQ(m->config_schema, R"({"type":"object","additionalProperties":false})");
}

TEST(Manifest, FaultsNameThePlaceAndWhatIsAllowed) {
  const struct {
    const char* key;
    const char* value;
    const char* error;
  } faults[] = {
      {"id", "\"Acme\"", "/id is \"Acme\": lower-case letters"},
      {"id", "", "/id is absent"},
      {"id", "7", "/id is 7: a string is needed"},
      {"version", "\"1.0\"", "/version is \"1.0\": a semantic version such as 1.0.0"},
      {"generation", "\"1\"", "/generation is \"1\": a whole number from 1 to 1000"},
      {"generation", "", "/generation is absent"},
      {"kinds", "[]", "/kinds is []: at least one is needed of: channel, template, auth"},
      {"kinds", "[\"bus\"]", "allowed: channel, template, auth"},
      {"provides", "[]", "kind channel needs an interface belfry.channel/N"},
      {"provides", "[\"belfry.channel\"]", "an interface id such as belfry.channel/1"},
      {"provides", "[\"belfry.channel/1\",\"belfry.channel/1\"]", "an item stands twice"},
      {"channels", "", "at least one is needed in a channel plugin"},
      {"engines", "[\"mustache\"]", "only a template plugin may have it"},
      {"secrets", "[{\"name\":\"x\"}]", "/secrets/0/description is absent"},
      {"secrets", R"([{"name":"x","description":"d"},{"name":"x","description":"d"}])",
       "/secrets/1/name is \"x\": it stands twice"},
      {"secrets", R"([{"name":"x","description":"d","value":"s"}])",
       "/secrets/0/value is not known; allowed: description, name, required"},
      {"egress", R"({"hosts":["https://api.acme.example"]})", "/egress/hosts"},
      {"egress", R"({"config_keys":["url"]})", "config_schema has no property url"},
      {"max_batch", "0", "/max_batch is 0: a whole number from 1 to 1000"},
      {"idempotent", "\"yes\"", "/idempotent is \"yes\": true or false is needed"},
      {"simulation", R"({"outcome":"fine"})", "/simulation/outcome is \"fine\": allowed: accepted, delivered"},
      {"config_schema", "[]", "/config_schema is []: a JSON Schema object is needed"},
      {"chanels", "[\"sms\"]", "/chanels is not known; allowed: "}};
  for (const auto& fault : faults) {
    std::string error;
    EXPECT_FALSE(parseManifest(with(fault.key, fault.value), error)) << fault.key << " " << fault.value;
    EXPECT_THAT(error, HasSubstr(fault.error)) << fault.key;
  }
}

TEST(Manifest, RefusesWhatIsNotOneJsonObject) {
  for (const auto* text : {"", "{", "[]", "null", "{} {}", "{\"id\":\"a\",}", "{\"id\":\"\xff\"}"}) {
    std::string error;
    EXPECT_FALSE(parseManifest(text, error)) << text;
    EXPECT_FALSE(error.empty());
  }
  std::string error;
  EXPECT_FALSE(parseManifest(std::string(300000, '['), error));
  EXPECT_THAT(error, HasSubstr("at most 262144"));
  EXPECT_FALSE(parseManifest(std::string(200000, '['), error));
}

TEST(Names, SemanticVersions) {
  for (const auto* good : {"0.0.0", "1.2.3", "1.0.0-rc.1", "1.0.0+build.5", "1.0.0-alpha-1+b", "10.20.30"})
    EXPECT_TRUE(isSemanticVersion(good)) << good;
  for (const auto* bad : {"", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0+", "1.0.0-01", "v1.0.0", "1.0.0 ",
                          "1.0.0-a..b", "1.0.-1"})
    EXPECT_FALSE(isSemanticVersion(bad)) << bad;
}

TEST(Names, HostPatterns) {
  for (const auto* good : {"api.example.com", "*.example.com", "localhost", "a-b.example"})
    EXPECT_TRUE(isHostPattern(good)) << good;
  for (const auto* bad : {"", "*", "*.", "API.example.com", "api.example.com.", "-a.example", "a_b.example", "http://x",
                          "x:443", "a..b", "*.*.example"})
    EXPECT_FALSE(isHostPattern(bad)) << bad;
}

}  // namespace
}  // namespace belfry::check
