#include "adapters/plugins/plugin_engines.h"

#include <array>

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {

/// One created engine; lives as long as any template that it compiled.
class PluginEngines::Engine {
 public:
  Engine(const bf_template_v1& table, std::unique_ptr<HostServices> services) : table_(table), services_(std::move(services)) {}
  ~Engine() {
    if (engine_ != nullptr) table_.destroy(engine_);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Empty on success, else the reason.
  std::string create() {
    std::array<char, 1024> reason{};
    auto status = table_.create(services_->abi(), view("{}"), &engine_, reason.data(), reason.size());
    reason.back() = '\0';
    if (status == BF_OK && engine_ != nullptr) return {};
    engine_ = nullptr;
    return reason[0] != '\0' ? std::string(reason.data()) : "create failed with status " + std::to_string(status);
  }

  const bf_template_v1& table() const { return table_; }
  bf_engine* handle() const { return engine_; }

 private:
  const bf_template_v1& table_;
  const std::unique_ptr<HostServices> services_;
  bf_engine* engine_ = nullptr;
};

namespace {

TemplateError toError(bf_status status, const bf_template_error& error) {
  TemplateError made;
  made.line = static_cast<int>(error.line);
  made.column = static_cast<int>(error.column);
  made.message = error.text[0] != '\0' ? std::string(error.text) : "the engine failed with status " + std::to_string(status);
  made.limit = status == BF_E_LIMIT;
  return made;
}

bf_template_error noError() {
  bf_template_error error{};
  error.size = sizeof error;
  return error;
}

class PluginTemplate final : public CompiledTemplate {
 public:
  PluginTemplate(std::shared_ptr<PluginEngines::Engine> engine, bf_template* handle) : engine_(std::move(engine)), handle_(handle) {}
  ~PluginTemplate() override { engine_->table().release(engine_->handle(), handle_); }
  PluginTemplate(const PluginTemplate&) = delete;
  PluginTemplate& operator=(const PluginTemplate&) = delete;

  Result<std::string, TemplateError> render(std::string_view data_json) const override {
    std::string output;
    bf_render request{};
    request.size = sizeof request;
    request.data_json = view(data_json);
    request.ctx = &output;
    request.write = [](void* ctx, const char* p, size_t n) -> bf_status {
      static_cast<std::string*>(ctx)->append(p, n);
      return BF_OK;
    };
    auto error = noError();
    auto status = engine_->table().render(engine_->handle(), handle_, &request, &error);
    if (status != BF_OK) return failure(toError(status, error));
    return output;
  }

  std::vector<std::string> variables() const override {
    std::vector<std::string> names;
    engine_->table().variables(engine_->handle(), handle_, [](void* ctx, const char* p, size_t n) -> bf_status {
      static_cast<std::vector<std::string>*>(ctx)->emplace_back(p, n);
      return BF_OK;
    }, &names);
    return names;
  }

 private:
  const std::shared_ptr<PluginEngines::Engine> engine_;
  bf_template* const handle_;
};

}  // namespace

PluginEngines::PluginEngines(const PluginRegistry& registry, const Log& log) {
  for (const auto& plugin : registry.all()) {
    const auto* table = PluginRegistry::table<bf_template_v1>(plugin, BF_TEMPLATE_1);
    if (table == nullptr) continue;
    auto engine = std::make_shared<Engine>(*table, std::make_unique<HostServices>(log, KeyedHash(), plugin.info.id, ""));
    if (auto reason = engine->create(); !reason.empty()) {
      log.error("template engine cannot be created", {{"plugin", plugin.info.id}, {"problem", reason}});
      continue;
    }
    for (const auto& name : plugin.info.engines) engines_[name] = engine;
  }
}

bool PluginEngines::has(const std::string& engine) const { return engines_.contains(engine); }

std::vector<std::string> PluginEngines::names() const {
  std::vector<std::string> names;
  for (const auto& [name, engine] : engines_) names.push_back(name);
  return names;
}

Result<std::shared_ptr<const CompiledTemplate>, TemplateError> PluginEngines::compile(
    const std::string& engine, const std::string& name, std::string_view text, Escape escape,
    const std::vector<std::pair<std::string, std::string>>& partials) {
  auto found = engines_.find(engine);
  if (found == engines_.end()) return failure(TemplateError{0, 0, "there is no template engine '" + engine + "'", false});
  std::vector<bf_kv> pairs;
  for (const auto& [key, value] : partials) pairs.push_back({view(key), view(value)});
  bf_source source{};
  source.size = sizeof source;
  source.escape = escape == Escape::html ? BF_ESCAPE_HTML : BF_ESCAPE_NONE;
  source.name = view(name);
  source.text = view(text);
  source.partials = pairs.data();
  source.n_partials = pairs.size();
  bf_template* compiled = nullptr;
  auto error = noError();
  auto status = found->second->table().compile(found->second->handle(), &source, &compiled, &error);
  if (status != BF_OK || compiled == nullptr) return failure(toError(status, error));
  return std::shared_ptr<const CompiledTemplate>(std::make_shared<PluginTemplate>(found->second, compiled));
}

}  // namespace belfry::plugins
