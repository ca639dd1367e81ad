// Loads the mustache plugin as the host does, by its C ABI only, for the tests of this folder.
#pragma once

#include <belfry/plugin.h>
#include <belfry/template.h>
#include <dlfcn.h>

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::test {

inline bf_str bfStr(std::string_view text) { return {text.data(), text.size()}; }

/// What compile or render answered.
struct TemplateAnswer {
  bf_status status = BF_OK;
  std::string output;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string error;
};

struct TemplateInput {
  std::string text;
  std::map<std::string, std::string> partials = {};
  std::int32_t escape = BF_ESCAPE_HTML;
  std::string name = "t";
};

struct RenderLimits {
  std::uint32_t max_depth = 0;
  std::uint64_t max_output = 0;
  std::uint64_t max_steps = 0;
};

/// The plugin's table and one engine. The library stays loaded, as in the host.
class MustachePlugin {
 public:
  static const MustachePlugin& instance() {
    static const MustachePlugin plugin;
    return plugin;
  }

  const bf_template_v1& table() const { return *table_; }
  bf_engine* engine() const { return engine_; }
  const bf_plugin& plugin() const { return *plugin_; }

 private:
  MustachePlugin() {
    const char* build = std::getenv("BELFRY_BUILD_DIR");
    const std::string path = std::string(build ? build : ".") + "/plugins/mustache.so";
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<const bf_plugin* (*)()>(dlsym(library, BF_ENTRY));
    if (!entry) throw std::runtime_error(path + " has no " BF_ENTRY);
    plugin_ = entry();
    table_ = static_cast<const bf_template_v1*>(plugin_->get(BF_TEMPLATE_1));
    char reason[256] = "no reason";
    if (!table_ || table_->create(nullptr, bfStr("{}"), &engine_, reason, sizeof reason) != BF_OK)
      throw std::runtime_error(reason);
  }

  const bf_plugin* plugin_ = nullptr;
  const bf_template_v1* table_ = nullptr;
  bf_engine* engine_ = nullptr;
};

/// A compiled template; compile() answers why there is none.
class CompiledTemplate {
 public:
  explicit CompiledTemplate(const TemplateInput& input) {
    std::vector<bf_kv> partials;
    for (const auto& [key, value] : input.partials) partials.push_back({bfStr(key), bfStr(value)});
    bf_source source{};
    source.size = sizeof source;
    source.escape = input.escape;
    source.name = bfStr(input.name);
    source.text = bfStr(input.text);
    source.partials = partials.data();
    source.n_partials = partials.size();
    bf_template_error error{};
    error.size = sizeof error;
    const bf_status status = plugin_.table().compile(plugin_.engine(), &source, &compiled_, &error);
    compile_ = {status, "", error.line, error.column, error.text};
  }
  CompiledTemplate(const CompiledTemplate&) = delete;
  CompiledTemplate& operator=(const CompiledTemplate&) = delete;
  ~CompiledTemplate() {
    if (compiled_) plugin_.table().release(plugin_.engine(), compiled_);
  }

  const TemplateAnswer& compile() const { return compile_; }

  TemplateAnswer render(std::string_view data, RenderLimits limits = {}) const {
    if (!compiled_) return compile_;
    TemplateAnswer answer;
    bf_render request{};
    request.size = sizeof request;
    request.max_depth = limits.max_depth;
    request.max_output = limits.max_output;
    request.max_steps = limits.max_steps;
    request.data_json = bfStr(data);
    request.write = [](void* ctx, const char* p, size_t n) -> bf_status {
      static_cast<std::string*>(ctx)->append(p, n);
      return BF_OK;
    };
    request.ctx = &answer.output;
    bf_template_error error{};
    error.size = sizeof error;
    answer.status = plugin_.table().render(plugin_.engine(), compiled_, &request, &error);
    answer.line = error.line;
    answer.column = error.column;
    answer.error = error.text;
    return answer;
  }

  /// Renders with default limits to a function; for what must not pay for a string of its own.
  bf_status renderTo(std::string_view data, bf_write write, void* ctx) const {
    bf_render request{};
    request.size = sizeof request;
    request.data_json = bfStr(data);
    request.write = write;
    request.ctx = ctx;
    return plugin_.table().render(plugin_.engine(), compiled_, &request, nullptr);
  }

  std::vector<std::string> variables() const {
    std::vector<std::string> names;
    plugin_.table().variables(
        plugin_.engine(), compiled_,
        [](void* ctx, const char* p, size_t n) -> bf_status {
          static_cast<std::vector<std::string>*>(ctx)->emplace_back(p, n);
          return BF_OK;
        },
        &names);
    return names;
  }

 private:
  const MustachePlugin& plugin_ = MustachePlugin::instance();
  bf_template* compiled_ = nullptr;
  TemplateAnswer compile_;
};

inline TemplateAnswer renderOnce(const TemplateInput& input, std::string_view data, RenderLimits limits = {}) {
  return CompiledTemplate(input).render(data, limits);
}

}  // namespace belfry::test
