// Provider instances as an operator writes them: each fault names what is wrong and what is allowed.
#include "adapters/jsonschema/json_schema.h"
#include "adapters/plugins/egress_hosts.h"
#include "send_fixture.h"

namespace belfry::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// As the host injects it.
std::vector<std::string> checkBySchema(const std::string& schema_json, const std::string& config_json) {
  auto schema = JsonSchema::compile(schema_json);
  if (!schema) return {": " + schema.error()};
  std::vector<std::string> faults;
  for (const auto& violation : schema->check(config_json))
    faults.push_back(violation.pointer + ": " + violation.message + "; allowed: " + violation.allowed);
  return faults;
}

class Channels : public ::testing::Test {
 protected:
  std::string problem(const ProviderInstance& instance) {
    auto made = channels_.create(instance);
    return made ? "none" : made.error();
  }
  SendOutcome sendBy(ChannelInstance& instance, const std::string& script) {
    std::optional<SendOutcome> outcome;
    instance.send(puppetMessage(script), [&](SendOutcome given) { outcome = std::move(given); });
    EXPECT_TRUE(outcome);
    return outcome.value_or(SendOutcome{});
  }

  KeptLog log_;
  ScriptedExchange exchange_;
  InstanceParts parts_;
  plugins::PluginChannels channels_{puppetRegistry(), parts_.with(exchange_), checkBySchema, log_.log(), {false, {}}};
  plugins::PluginChannels embedded_{puppetRegistry(), parts_.with(exchange_), checkBySchema, log_.log(), {true, {}}};
};

TEST_F(Channels, AGoodInstanceHasNoFaultAndSends) {
  auto row = puppetInstance(R"({"host":"relay.example.test","port":25})");
  EXPECT_THAT(channels_.faults(row), IsEmpty());
  auto made = channels_.create(row);
  ASSERT_TRUE(made) << made.error();
  EXPECT_FALSE((*made)->simulated());
  EXPECT_THAT(sendBy(**made, "result:1"), EndsAs("accepted"));
}

TEST_F(Channels, FaultsNameWhatIsAllowed) {
  auto row = puppetInstance();
  row.plugin = "carrier-pigeon";
  EXPECT_THAT(channels_.faults(row),
              ElementsAre("plugin: there is no 'carrier-pigeon'; installed are: puppet, quiet-puppet, puppet-engine"));
  row.plugin = "puppet-engine";
  EXPECT_THAT(channels_.faults(row), ElementsAre("plugin: 'puppet-engine' is no channel plugin"));
  row = puppetInstance(R"({"prot":25,"port":70000})");
  row.channel = Channel::push;
  row.secrets["pasword"] = "hunter2";
  auto faults = channels_.faults(row);
  EXPECT_THAT(faults, ::testing::Contains("channel: plugin 'puppet' does not serve 'push', only: email, sms"));
  EXPECT_THAT(faults, ::testing::Contains("secrets: plugin 'puppet' has no 'pasword', only: password, spare"));
  EXPECT_THAT(faults, ::testing::Contains(AllOf(HasSubstr("config/port: "), HasSubstr("integer from 1 to 65535"))));
  EXPECT_THAT(faults, ::testing::Contains(AllOf(HasSubstr("config/prot: "), HasSubstr("unknown"))));
  EXPECT_THAT(problem(row), AllOf(HasSubstr("only: email, sms; secrets:"), Not(HasSubstr("hunter2"))));
}

TEST_F(Channels, ARequiredSecretIsAProblemInProductionAndASimulationEmbedded) {
  auto row = puppetInstance();
  using Secrets = std::map<std::string, std::string>;
  for (const auto& secrets : {Secrets{}, Secrets{{"password", ""}}, Secrets{{"spare", "x"}}}) {
    row.secrets = secrets;
    EXPECT_THAT(channels_.faults(row), IsEmpty()) << "what is missing at run time is no fault of the file";
    EXPECT_EQ(problem(row), "required secret not set: password");
    auto made = embedded_.create(row);
    ASSERT_TRUE(made) << made.error();
    EXPECT_TRUE((*made)->simulated());
  }
  EXPECT_THAT(log_.text(),
              AllOf(HasSubstr("SIMULATED"), HasSubstr("\"provider\":\"main\""), HasSubstr("\"secret\":\"password\"")));
}

TEST_F(Channels, ASimulationAnswersAsTheManifestSays) {
  auto row = puppetInstance();
  row.simulate = true;
  auto made = channels_.create(row);
  ASSERT_TRUE(made) << made.error();
  auto outcome = sendBy(**made, "throw");
  EXPECT_THAT(outcome, EndsAs("throttled"));
  EXPECT_EQ(outcome.code, "421");
  EXPECT_EQ(outcome.detail, "as the manifest says");
  EXPECT_THAT(outcome.provider_message_id, ::testing::StartsWith("simulated-"));
  EXPECT_EQ(exchange_.count(), 0u);
}

TEST_F(Channels, ACreateThatFailsSaysWhy) {
  auto refused = [&](const std::string& word) { return problem(puppetInstance("{\"create\":\"" + word + "\"}")); };
  EXPECT_EQ(refused("throw"), "plugin 'puppet' refused its config: threw an exception: create threw");
  EXPECT_EQ(refused("nothing"), "plugin 'puppet' refused its config: create made no instance");
  EXPECT_EQ(refused("status"),
            "plugin 'puppet' refused its config: create failed with status " + std::to_string(BF_E_UNSUPPORTED));
  EXPECT_EQ(refused("unended"), "plugin 'puppet' refused its config: " + std::string(1024, 'x'))
      << "a reason without an end";
}

TEST_F(Channels, TheLogServiceTakesWhatItGets) {
  auto made = channels_.create(puppetInstance(R"({"create":"log"})"));
  ASSERT_TRUE(made) << made.error();
  EXPECT_THAT(log_.text(), AllOf(HasSubstr("puppet made"), HasSubstr("key=val?ue, lost=?"),
                                 HasSubstr("\"provider\":\"main\""), Not(HasSubstr("from nobody"))));
}

TEST_F(Channels, APluginThatIsNotLoadedSaysWhyAndKeepsItsInstances) {
  LockFile lock;
  lock.add("smtp", module("puppet"));
  plugins::PluginRegistry registry({{lock.path()}, ""}, log_.log());
  plugins::PluginChannels channels(registry, parts_.with(exchange_), checkBySchema, log_.log(), {});
  auto row = puppetInstance(R"({"anything":1})");
  row.plugin = "smtp";
  EXPECT_THAT(channels.faults(row), IsEmpty()) << "the file may be right; nobody can tell";
  auto made = channels.create(row);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), "plugin 'smtp' is not loaded: its manifest names the id 'puppet', plugins.lock 'smtp'");
}

TEST_F(Channels, PluginsAreListedWithTheirProblems) {
  EXPECT_EQ(channels_.plugins().size(), 3u);
  ASSERT_NE(channels_.find("puppet"), nullptr);
  EXPECT_THAT(channels_.find("puppet")->required_secrets, ElementsAre("password"));
  EXPECT_EQ(channels_.find("nobody"), nullptr);
}

TEST(EgressHosts, AreThoseOfTheManifestAndOfMarkedConfig) {
  check::Manifest manifest;
  manifest.egress.hosts = {"api.example.test"};
  manifest.egress.config_keys = {"host", "url", "absent", "number"};
  EXPECT_THAT(
      plugins::egressHosts(
          manifest,
          R"({"host":"relay.example.test","url":"https://me:pw@hook.example.test:8443/a@b?c","number":7,"other":"x.test"})"),
      ElementsAre("api.example.test", "relay.example.test", "hook.example.test:8443"));
  EXPECT_THAT(plugins::egressHosts(manifest, "no json"), ElementsAre("api.example.test"));
  EXPECT_THAT(plugins::egressHosts(manifest, "[]"), ElementsAre("api.example.test"));
}

}  // namespace
}  // namespace belfry::test
