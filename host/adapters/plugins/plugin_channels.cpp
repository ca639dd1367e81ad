#include "adapters/plugins/plugin_channels.h"

#include <algorithm>

#include "adapters/plugins/egress_hosts.h"
#include "adapters/plugins/send_operation.h"

namespace belfry::plugins {
namespace {

class PluginInstance final : public ChannelInstance {
 public:
  explicit PluginInstance(std::shared_ptr<const SendContext> context) : context_(std::move(context)) {}
  bool simulated() const override { return false; }
  void send(std::shared_ptr<const OutgoingMessage> message, std::function<void(SendOutcome)> done) override {
    SendOperation::launch(context_, std::move(message), std::move(done));
  }

 private:
  const std::shared_ptr<const SendContext> context_;
};

/// Answers with what the manifest's `simulation` declares; nothing leaves the host.
class SimulatedInstance final : public ChannelInstance {
 public:
  explicit SimulatedInstance(const std::optional<check::ManifestSimulation>& simulation) {
    if (!simulation) return;
    outcome_ = parseOutcome(simulation->outcome).value_or(Outcome::accepted);
    code_ = simulation->code;
    detail_ = simulation->detail;
  }
  bool simulated() const override { return true; }
  void send(std::shared_ptr<const OutgoingMessage> message, std::function<void(SendOutcome)> done) override {
    done({outcome_, {}, "simulated-" + message->delivery.toString(), code_, detail_});
  }

 private:
  Outcome outcome_ = Outcome::accepted;
  std::string code_;
  std::string detail_ = "simulated: nothing was sent";
};

template <class Range>
std::string listed(const Range& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text.empty() ? "none" : text;
}

std::string missingSecrets(const PluginInfo& info, const ProviderInstance& instance) {
  std::vector<std::string> missing;
  for (const auto& name : info.required_secrets) {
    auto found = instance.secrets.find(name);
    if (found == instance.secrets.end() || found->second.empty()) missing.push_back(name);
  }
  return missing.empty() ? std::string() : listed(missing);
}

}  // namespace

PluginChannels::PluginChannels(const PluginRegistry& registry, Exchange& exchange, ConfigCheck check_config,
                               const Log& log, PluginChannelsSettings settings)
    : registry_(registry),
      exchange_(exchange),
      check_config_(std::move(check_config)),
      log_(log),
      settings_(settings) {}

std::vector<PluginInfo> PluginChannels::plugins() const {
  std::vector<PluginInfo> infos;
  for (const auto& plugin : registry_.all()) infos.push_back(plugin.info);
  return infos;
}

const PluginInfo* PluginChannels::find(const std::string& plugin) const {
  const auto* found = registry_.find(plugin);
  return found == nullptr ? nullptr : &found->info;
}

std::vector<std::string> PluginChannels::faults(const ProviderInstance& instance) const {
  const auto* plugin = registry_.find(instance.plugin);
  if (plugin == nullptr) {
    std::vector<std::string> known;
    for (const auto& one : registry_.all()) known.push_back(one.info.id);
    return {"plugin: there is no '" + instance.plugin + "'; installed are: " + listed(known)};
  }
  const auto& info = plugin->info;
  if (!info.loaded) return {};  // its manifest may be unreadable: create() says so
  if (PluginRegistry::table<bf_channel_v1>(*plugin, BF_CHANNEL_1) == nullptr)
    return {"plugin: '" + info.id + "' is no channel plugin"};
  std::vector<std::string> found;
  if (std::find(info.channels.begin(), info.channels.end(), instance.channel) == info.channels.end()) {
    std::vector<std::string_view> names;
    for (Channel channel : info.channels) names.push_back(toText(channel));
    found.push_back("channel: plugin '" + info.id + "' does not serve '" + std::string(toText(instance.channel)) +
                    "', only: " + listed(names));
  }
  for (const auto& [name, value] : instance.secrets) {
    if (std::find(info.known_secrets.begin(), info.known_secrets.end(), name) == info.known_secrets.end()) {
      found.push_back("secrets: plugin '" + info.id + "' has no '" + name + "', only: " + listed(info.known_secrets));
    }
  }
  for (auto& fault : check_config_(plugin->manifest.config_schema, instance.config_json))
    found.push_back("config" + fault);
  return found;
}

Result<std::shared_ptr<ChannelInstance>, std::string> PluginChannels::create(const ProviderInstance& instance) {
  if (auto wrong = faults(instance); !wrong.empty()) {
    std::string text;
    for (const auto& line : wrong) text += (text.empty() ? "" : "; ") + line;
    return failure(std::move(text));
  }
  const auto& plugin = *registry_.find(instance.plugin);
  if (!plugin.info.loaded) return failure("plugin '" + plugin.info.id + "' is not loaded: " + plugin.info.problem);

  auto missing = missingSecrets(plugin.info, instance);
  bool simulate = instance.simulate;
  if (!missing.empty() && !simulate) {
    if (!settings_.simulate_without_secrets) return failure("required secret not set: " + missing);
    log_.warn("provider instance is SIMULATED: a required secret is not set, nothing will be sent",
              {{"provider", instance.slug}, {"plugin", instance.plugin}, {"secret", missing}});
    simulate = true;
  }
  if (simulate)
    return std::shared_ptr<ChannelInstance>(std::make_shared<SimulatedInstance>(plugin.manifest.simulation));
  return start(plugin, instance);
}

Result<std::shared_ptr<ChannelInstance>, std::string> PluginChannels::start(const LoadedPlugin& plugin,
                                                                            const ProviderInstance& instance) {
  const auto* table = PluginRegistry::table<bf_channel_v1>(plugin, BF_CHANNEL_1);
  auto services = std::make_unique<HostServices>(log_, KeyedHash(), instance.plugin, instance.slug);
  auto machine = Machine::create(*table, std::move(services), instance.config_json);
  if (!machine) return failure("plugin '" + instance.plugin + "' refused its config: " + machine.error());
  auto context = std::make_shared<SendContext>(
      SendContext{*machine, &exchange_, instance.tenant.toString() + "/" + instance.id.toString(),
                  egressHosts(plugin.manifest, instance.config_json), instance.secrets});
  return std::shared_ptr<ChannelInstance>(std::make_shared<PluginInstance>(std::move(context)));
}

}  // namespace belfry::plugins
