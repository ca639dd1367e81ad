#include "adapters/plugins/plugin_engines.h"

#include <array>
#include <cstring>
#include <stdexcept>

#include "adapters/plugins/host_services.h"
#include "adapters/plugins/machine.h"
#include "adapters/plugins/plugin_calls.h"
#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {

/// One created engine; lives as long as any template that it compiled.
class PluginEngines::Engine {
 public:
  Engine(const bf_template_v1& table, std::unique_ptr<HostServices> services)
      : table_(table), services_(std::move(services)) {}
  ~Engine() {
    if (engine_ == nullptr) return;
    std::string thrown;
    {
      std::lock_guard serial(mainCalls());
      callPlugin([&] { return table_.destroy(engine_), 0; }, 0, thrown);
    }
    if (!thrown.empty()) services_->reportFault("destroy", thrown);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Empty on success, else the reason.
  std::string create() {
    std::array<char, 1024> reason{};
    std::string thrown;
    bf_status status = BF_E_INTERNAL;
    {
      std::lock_guard serial(mainCalls());
      status = callPlugin(
          [&] { return table_.create(services_->abi(), view("{}"), &engine_, reason.data(), reason.size()); }, status,
          thrown);
    }
    if (status == BF_OK && engine_ != nullptr) return {};
    engine_ = nullptr;
    return createFault(status, reason.data(), reason.size(), thrown);
  }

  const bf_template_v1& table() const { return table_; }
  bf_engine* handle() const { return engine_; }
  const HostServices& services() const { return *services_; }

 private:
  const bf_template_v1& table_;
  const std::unique_ptr<HostServices> services_;
  bf_engine* engine_ = nullptr;
};

namespace {

constexpr std::size_t kMostOutput = 16u << 20;
constexpr std::size_t kMostNames = 10'000;

TemplateError toError(bf_status status, const bf_template_error& error, const std::string& thrown) {
  TemplateError made;
  made.line = static_cast<int>(error.line);
  made.column = static_cast<int>(error.column);
  made.limit = status == BF_E_LIMIT;
  made.message = shown(std::string_view(error.text, strnlen(error.text, sizeof error.text)), sizeof error.text);
  if (!thrown.empty()) made.message = "the engine " + shown(thrown, 1000);
  if (made.message.empty()) made.message = "the engine failed with status " + std::to_string(status);
  return made;
}

bf_template_error noError() {
  bf_template_error error{};
  error.size = sizeof error;
  return error;
}

/// Takes what an engine writes. An engine that goes on after a refusal is refused as a whole: half a message is none.
class Collector {
 public:
  virtual ~Collector() = default;
  static bf_status write(void* ctx, const char* p, size_t n) noexcept {
    auto& self = *static_cast<Collector*>(ctx);
    if (self.status_ == BF_OK) {
      self.status_ = answerPlugin([&] { return n == 0 || p != nullptr ? self.take({p, n}) : bf_status{BF_E_INVALID}; });
    }
    return self.status_;
  }
  bf_status status() const { return status_; }

 private:
  virtual bf_status take(std::string_view piece) = 0;
  bf_status status_ = BF_OK;
};

class Output final : public Collector {
 public:
  std::string text;

 private:
  bf_status take(std::string_view piece) override {
    if (piece.size() > kMostOutput - text.size()) return BF_E_LIMIT;
    text.append(piece);
    return BF_OK;
  }
};

class Names final : public Collector {
 public:
  std::vector<std::string> list;

 private:
  bf_status take(std::string_view piece) override {
    if (list.size() >= kMostNames) return BF_E_LIMIT;
    list.emplace_back(piece);
    return BF_OK;
  }
};

class PluginTemplate final : public CompiledTemplate {
 public:
  PluginTemplate(std::shared_ptr<PluginEngines::Engine> engine, bf_template* handle)
      : engine_(std::move(engine)), handle_(handle) {}
  ~PluginTemplate() override {
    std::string thrown;
    callPlugin([&] { return engine_->table().release(engine_->handle(), handle_), 0; }, 0, thrown);
    if (!thrown.empty()) engine_->services().reportFault("release", thrown);
  }
  PluginTemplate(const PluginTemplate&) = delete;
  PluginTemplate& operator=(const PluginTemplate&) = delete;

  Result<std::string, TemplateError> render(std::string_view data_json) const override {
    Output output;
    bf_render request{};
    request.size = sizeof request;
    request.max_output = kMostOutput;
    request.data_json = view(data_json);
    request.ctx = static_cast<Collector*>(&output);
    request.write = &Collector::write;
    auto error = noError();
    std::string thrown;
    auto status = callPlugin([&] { return engine_->table().render(engine_->handle(), handle_, &request, &error); },
                             bf_status{BF_E_INTERNAL}, thrown);
    if (status == BF_OK) status = output.status();
    if (status != BF_OK) return failure(toError(status, error, thrown));
    return std::move(output.text);
  }

  std::vector<std::string> variables() const override {
    Names names;
    std::string thrown;
    auto status = callPlugin(
        [&] {
          return engine_->table().variables(engine_->handle(), handle_, &Collector::write,
                                            static_cast<Collector*>(&names));
        },
        bf_status{BF_E_INTERNAL}, thrown);
    if (status == BF_OK) status = names.status();
    // A template that was compiled has variables that can be named: this engine is broken, whatever the template.
    if (status != BF_OK)
      throw std::runtime_error("variables of a template: " + toError(status, noError(), thrown).message);
    return std::move(names.list);
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
    auto engine = std::make_shared<Engine>(
        *table, std::make_unique<HostServices>(HostServiceParts{log, nullptr, {}, {}, {}}, plugin.info.id, ""));
    if (auto reason = engine->create(); !reason.empty()) {
      log.error("template engine cannot be created", {{"plugin", plugin.info.id}, {"problem", reason}});
      continue;
    }
    for (const auto& name : plugin.info.engines) {
      if (engines_.try_emplace(name, engine).second) continue;
      log.error("template engine stands twice, the first one serves", {{"engine", name}, {"plugin", plugin.info.id}});
    }
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
  if (found == engines_.end())
    return failure(TemplateError{0, 0, "there is no template engine '" + engine + "'", false});
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
  std::string thrown;
  auto status =
      callPlugin([&] { return found->second->table().compile(found->second->handle(), &source, &compiled, &error); },
                 bf_status{BF_E_INTERNAL}, thrown);
  if (status != BF_OK) return failure(toError(status, error, thrown));
  if (compiled == nullptr) return failure(TemplateError{0, 0, "the engine made no template", false});
  return std::shared_ptr<const CompiledTemplate>(std::make_shared<PluginTemplate>(found->second, compiled));
}

}  // namespace belfry::plugins
