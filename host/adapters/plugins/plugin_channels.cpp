#include "adapters/plugins/plugin_channels.h"

#include <algorithm>

#include "adapters/plugins/egress_hosts.h"
#include "adapters/plugins/preview_operation.h"
#include "adapters/plugins/probe_operation.h"
#include "adapters/plugins/receipt_operation.h"
#include "adapters/plugins/send_operation.h"

namespace belfry::plugins {
namespace {

class PluginInstance : public ChannelInstance {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  PluginInstance(std::shared_ptr<const InstanceContext> context, ChannelCertainty certainty)
      : context_(std::move(context)), certainty_(certainty) {}
  bool simulated() const override { return false; }
  ChannelCertainty certainty() const override { return certainty_; }
  void send(std::shared_ptr<const OutgoingMessage> message, std::function<void(SendOutcome)> done) override {
    SendOperation::launch(context_, {std::move(message)}, [done = std::move(done)](std::vector<SendOutcome> outcomes) {
      done(std::move(outcomes.front()));
    });
  }
  void receive(std::shared_ptr<const RawCallback> callback, SteadyTime deadline,
               std::function<void(CallbackOutcome)> done) override {
    CallbackOperation::launch(context_, std::move(callback), deadline, std::move(done));
  }
  void probe(SteadyTime deadline, std::function<void(SendOutcome)> done) override {
    ProbeOperation::launch(context_, deadline, std::move(done));
  }
  void lookUp(StatusQuery query, SteadyTime deadline, std::function<void(StatusOutcome)> done) override {
    StatusOperation::launch(context_, std::move(query), deadline, std::move(done));
  }
  SendPreview preview(std::shared_ptr<const OutgoingMessage> message) override {
    return PreviewOperation::run(context_, std::move(message));
  }

 private:
  const std::shared_ptr<const InstanceContext> context_;
  const ChannelCertainty certainty_;
};

/// Answers with what the manifest's `simulation` declares; nothing leaves the host. Only a preview runs the plugin.
class SimulatedInstance final : public PluginInstance {
 public:
  SimulatedInstance(std::shared_ptr<const InstanceContext> context,
                    const std::optional<check::ManifestSimulation>& simulation, bool idempotent)
      : PluginInstance(std::move(context), {idempotent, false}) {
    if (!simulation) return;
    outcome_ = parseOutcome(simulation->outcome).value_or(Outcome::accepted);
    code_ = simulation->code;
    detail_ = simulation->detail;
  }
  bool simulated() const override { return true; }
  void send(std::shared_ptr<const OutgoingMessage> message, std::function<void(SendOutcome)> done) override {
    done({outcome_, {}, "simulated-" + message->delivery.toString(), code_, detail_, {}});
  }
  void receive(std::shared_ptr<const RawCallback>, SteadyTime, std::function<void(CallbackOutcome)> done) override {
    done({409, {}, {}, {}, "simulated", "a simulated instance takes no callbacks"});
  }
  void probe(SteadyTime, std::function<void(SendOutcome)> done) override {
    done({Outcome::accepted, {}, {}, "simulated", "simulated: nothing was tried", {}});
  }
  void lookUp(StatusQuery, SteadyTime, std::function<void(StatusOutcome)> done) override {
    done({false, {}, "unsupported", "a simulated instance knows no messages"});
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

PluginChannels::PluginChannels(const PluginRegistry& registry, PluginChannelsParts parts, ConfigCheck check_config,
                               const Log& log, PluginChannelsSettings settings)
    : registry_(registry),
      parts_(std::move(parts)),
      check_config_(std::move(check_config)),
      log_(log),
      settings_(std::move(settings)) {}

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
  auto context = start(plugin, instance);
  if (!context) return failure(context.error());
  const bool idempotent = plugin.manifest.idempotent;
  if (simulate)
    return std::shared_ptr<ChannelInstance>(
        std::make_shared<SimulatedInstance>(*context, plugin.manifest.simulation, idempotent));
  const auto& requests = plugin.info.requests;
  const bool can_be_asked = std::find(requests.begin(), requests.end(), "status") != requests.end();
  return std::shared_ptr<ChannelInstance>(
      std::make_shared<PluginInstance>(*context, ChannelCertainty{idempotent, can_be_asked}));
}

Result<std::shared_ptr<const InstanceContext>, std::string> PluginChannels::start(const LoadedPlugin& plugin,
                                                                                  const ProviderInstance& instance) {
  const auto* table = PluginRegistry::table<bf_channel_v1>(plugin, BF_CHANNEL_1);
  HostServiceParts services{log_, &parts_.signatures, parts_.count, {}, instance.secrets};
  auto machine =
      Machine::create(*table, std::make_unique<HostServices>(std::move(services), instance.plugin, instance.slug),
                      instance.config_json);
  if (!machine) return failure("plugin '" + instance.plugin + "' refused its config: " + machine.error());
  std::string callback_url;
  if (!settings_.public_url.empty())
    callback_url = settings_.public_url + "/webhooks/" + instance.plugin + "/" + instance.callback_id;
  return std::shared_ptr<const InstanceContext>(new InstanceContext{
      *machine, parts_.exchange, parts_.signatures, parts_.values, tasks_, log_, instance.tenant, instance.id,
      instance.tenant.toString() + "/" + instance.id.toString(), egressHosts(plugin.manifest, instance.config_json),
      instance.secrets, plugin.info.known_secrets, std::move(callback_url), std::make_shared<TokenCache>()});
}

}  // namespace belfry::plugins
