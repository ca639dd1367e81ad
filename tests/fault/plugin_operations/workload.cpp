#include "workload.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>

#include "check/scenario.h"
#include "check/vector_input.h"
#include "check/vector_json.h"

namespace belfry::test {
namespace {

namespace fs = std::filesystem;

std::string text(const bf_str& s) { return s.n == 0 ? std::string() : std::string(s.p, s.n); }

Fields fields(const bf_kv* list, std::size_t n) {
  Fields out;
  for (std::size_t i = 0; i < n; ++i) out.emplace_back(text(list[i].key), text(list[i].value));
  return out;
}

std::vector<std::string> channelPlugins(const std::string& source) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(fs::path(source) / "plugins/channel"))
    if (fs::exists(entry.path() / "vectors")) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<check::Scenario> scenariosOf(const std::string& source, const std::string& plugin) {
  return check::readScenarios((fs::path(source) / "plugins/channel" / plugin / "vectors").string());
}

std::shared_ptr<OutgoingMessage> toMessage(const bf_msg& from, const check::VectorInput& input) {
  auto out = std::make_shared<OutgoingMessage>();
  out->delivery = DeliveryId::mint(SystemClock().now());
  out->attempt = 1;
  out->channel = parseChannel(text(from.channel)).value_or(Channel::email);
  out->to = text(from.to);
  out->to_kind = text(from.to_kind);
  out->to_name = text(from.to_name);
  out->user_id = text(from.user_id);
  out->language = text(from.language);
  out->content = fields(from.content, from.n_content);
  out->options = fields(from.options, from.n_options);
  out->headers = fields(from.headers, from.n_headers);
  for (std::size_t i = 0; i < from.n_attachments; ++i) {
    const auto& a = *from.attachments[i];
    const auto bytes = input.blobs().find(a.blob);
    out->attachments.push_back({text(a.filename), text(a.content_type), text(a.content_id),
                                bytes == input.blobs().end() ? "" : bytes->second});
  }
  out->created_at = SystemClock().now();
  out->deadline = std::chrono::steady_clock::now() + std::chrono::hours(24);
  return out;
}

std::shared_ptr<const RawCallback> toCallback(const bf_webhook& from) {
  auto out = std::make_shared<RawCallback>();
  *out = {text(from.method), text(from.url),
          text(from.query),  fields(from.headers, from.n_headers),
          text(from.body),   TimePoint(std::chrono::milliseconds(from.received_ms))};
  return out;
}

/// One job, or none: configs that are refused and requests that need more than this.
std::optional<Job> toJob(const std::string& plugin, const check::Scenario& scenario, const PluginInfo& info) {
  constexpr std::size_t kLargest = 64 << 10;  // vectors at the limits of a provider would take all the time
  check::VectorInput input;
  const auto* request = input.request(*scenario.request());
  Job job{plugin, Job::Kind::probe, nullptr, nullptr, nullptr};
  if (scenario.kind == BF_REQ_SEND) {
    job.kind = Job::Kind::send;
    auto message = toMessage(*request->messages[0], input);
    std::size_t size = 0;
    for (const auto& [key, value] : message->content) size += value.size();
    for (const auto& one : message->attachments) size += one.bytes.size();
    const bool serves = std::find(info.channels.begin(), info.channels.end(), message->channel) != info.channels.end();
    if (size > kLargest || !serves) return std::nullopt;
    job.message = std::move(message);
  } else if (scenario.kind == BF_REQ_WEBHOOK) {
    job.kind = Job::Kind::callback;
    job.callback = toCallback(*request->webhook);
    if (job.callback->body.size() > kLargest) return std::nullopt;
  } else if (scenario.kind == BF_REQ_STATUS) {
    job.kind = Job::Kind::look_up;
  } else if (scenario.kind != BF_REQ_PROBE) {
    return std::nullopt;
  }
  return job;
}

/// Instances by config and secrets.
class Instances {
 public:
  explicit Instances(plugins::PluginChannels& channels) : channels_(channels) {}

  std::shared_ptr<ChannelInstance> of(const std::string& plugin, const check::Scenario& scenario, Channel channel) {
    std::string key = plugin + '\n' + std::string(toText(channel)) + '\n' + scenario.config;
    for (const auto& [name, value] : scenario.secrets) key += '\n' + name + '=' + value;
    auto found = made_.find(key);
    if (found != made_.end()) return found->second;
    ProviderInstance row;
    row.id = ProviderId::mint(SystemClock().now());
    row.slug = plugin + std::to_string(made_.size());
    row.plugin = plugin;
    row.channel = channel;
    row.config_json = scenario.config;
    row.secrets = {scenario.secrets.begin(), scenario.secrets.end()};
    auto instance = channels_.create(row);
    return made_[key] = instance ? *instance : nullptr;
  }

 private:
  plugins::PluginChannels& channels_;
  std::map<std::string, std::shared_ptr<ChannelInstance>> made_;
};

void eachInput(const rapidjson::Value& place, const std::function<void(const rapidjson::Value&)>& visit) {
  for (const char* key : {"then", "cases"})
    if (const auto* list = check::findMember(place, key))
      for (const auto& step : list->GetArray()) {
        if (const auto* input = check::findMember(step, "input")) visit(*input);
        eachInput(step, visit);
      }
}

}  // namespace

Workload Workload::read(const std::string& source, plugins::PluginChannels& channels) {
  Workload out;
  Instances instances(channels);
  for (const auto& plugin : channelPlugins(source)) {
    const auto* info = channels.find(plugin);
    if (!info || !info->loaded) throw std::runtime_error(plugin + " is not loaded");
    const auto before = out.jobs.size();
    for (const auto& scenario : scenariosOf(source, plugin)) {
      if (scenario.kind == 0) continue;
      auto job = toJob(plugin, scenario, *info);
      if (!job) continue;
      job->instance = instances.of(plugin, scenario, job->message ? job->message->channel : info->channels.front());
      if (job->instance) out.jobs.push_back(std::move(*job));
    }
    if (out.jobs.size() == before) throw std::runtime_error(plugin + " has no vector that can be run");
  }
  return out;
}

std::vector<std::string> Workload::answerBodies(const std::string& source) {
  std::set<std::string> out = {"", "{}", "<html>502</html>"};
  for (const auto& plugin : channelPlugins(source))
    for (const auto& scenario : scenariosOf(source, plugin))
      eachInput(*scenario.vector, [&](const rapidjson::Value& json) {
        check::VectorInput parsed;
        const auto* in = parsed.input(json);
        if (in->http && in->http->body.n < 8192) out.insert(text(in->http->body));
      });
  return {out.begin(), out.end()};
}

}  // namespace belfry::test
