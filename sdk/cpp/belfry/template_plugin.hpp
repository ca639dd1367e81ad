// A template engine as a plugin: write a C++ class, get the C tables.
//
//   class Shout {
//    public:
//     struct Template { std::string text; };
//     explicit Shout(belfry::Json config);                       // throws std::exception: the reason why it is refused
//     bf_status compile(const bf_source&, std::unique_ptr<Template>&, bf_template_error&) const;
//     bf_status render(const Template&, const bf_render&, bf_template_error&) const;
//     bf_status variables(const Template&, bf_write, void* ctx) const;
//   };
//   BELFRY_TEMPLATE_PLUGIN(Shout, "shout", "1.0.0")              // once, at file scope; makes the plugin's only export
//
// compile, render and variables are called by several threads at once. What they get is complete: structs of an older
// or newer host are cut or filled with zeros to the size known here. No exception leaves the plugin: std::bad_alloc
// becomes BF_E_NOMEM, every other one BF_E_INTERNAL.
#pragma once

#include <belfry/plugin.h>
#include <belfry/template.h>
#include <belfry/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string_view>

namespace belfry {

inline std::string_view viewOf(bf_str text) noexcept {
  return text.n ? std::string_view(text.p, text.n) : std::string_view();
}

/// Copies text, NUL-terminated and cut at `capacity` bytes (not within a UTF-8 sequence).
inline void copyText(std::string_view text, char* out, std::size_t capacity) noexcept {
  if (!out || capacity == 0) return;
  std::size_t n = std::min(text.size(), capacity - 1);
  if (n < text.size())
    while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) --n;
  if (n > 0) std::memcpy(out, text.data(), n);
  out[n] = '\0';
}

/// A struct headed by its size, as far as both sides know it; the rest is zero.
template <class T>
T knownPart(const T& given) noexcept {
  T known{};
  std::memcpy(&known, &given, std::min<std::size_t>(given.size, sizeof known));
  return known;
}

template <class Engine>
class TemplateTable {
  using Template = typename Engine::Template;

 public:
  static const bf_template_v1* get() noexcept {
    static constexpr bf_template_v1 table = {
        sizeof(bf_template_v1), 0, create, destroy, compile, release, render, variables};
    return &table;
  }

 private:
  static bf_engine* handle(Engine* engine) noexcept { return reinterpret_cast<bf_engine*>(engine); }
  static Engine* engine(bf_engine* handle) noexcept { return reinterpret_cast<Engine*>(handle); }
  static const Template* compiled(const bf_template* handle) noexcept {
    return reinterpret_cast<const Template*>(handle);
  }

  static bf_status create(const bf_host*, bf_str config_json, bf_engine** out, char* err, size_t cap) noexcept {
    try {
      JsonDom config;
      config.parseOrThrow(config_json.n ? viewOf(config_json) : "{}");
      *out = handle(new Engine(config.root()));
      return BF_OK;
    } catch (const std::bad_alloc&) {
      copyText("out of memory", err, cap);
      return BF_E_NOMEM;
    } catch (const std::exception& e) {
      copyText(e.what(), err, cap);
      return BF_E_INVALID;
    } catch (...) {
      copyText("an unknown exception", err, cap);
      return BF_E_INTERNAL;
    }
  }

  static void destroy(bf_engine* handle) noexcept { delete engine(handle); }

  static bf_status compile(bf_engine* handle, const bf_source* source, bf_template** out,
                           bf_template_error* error) noexcept {
    return guarded(error, [&](bf_template_error& problem) {
      std::unique_ptr<Template> made;
      const bf_status status = engine(handle)->compile(knownPart(*source), made, problem);
      if (status == BF_OK) *out = reinterpret_cast<bf_template*>(made.release());
      return status;
    });
  }

  static void release(bf_engine*, bf_template* handle) noexcept { delete compiled(handle); }

  static bf_status render(bf_engine* handle, const bf_template* made, const bf_render* request,
                          bf_template_error* error) noexcept {
    return guarded(error, [&](bf_template_error& problem) {
      return engine(handle)->render(*compiled(made), knownPart(*request), problem);
    });
  }

  static bf_status variables(bf_engine* handle, const bf_template* made, bf_write write, void* ctx) noexcept {
    return guarded(nullptr, [&](bf_template_error&) { return engine(handle)->variables(*compiled(made), write, ctx); });
  }

  // Runs the body with an error struct of its own, and reports it as far as the caller's reaches.
  template <class Body>
  static bf_status guarded(bf_template_error* error, Body&& body) noexcept {
    bf_template_error problem;
    problem.size = sizeof problem;
    problem.line = problem.column = 0;
    problem.text[0] = '\0';
    bf_status status = BF_E_INTERNAL;
    try {
      status = body(problem);
    } catch (const std::bad_alloc&) {
      status = BF_E_NOMEM;
      copyText("out of memory", problem.text, sizeof problem.text);
    } catch (const std::exception& e) {
      copyText(e.what(), problem.text, sizeof problem.text);
    } catch (...) {
      copyText("an unknown exception", problem.text, sizeof problem.text);
    }
    if (status != BF_OK && error && error->size >= sizeof problem) {
      problem.size = error->size;
      *error = problem;
    }
    return status;
  }
};

}  // namespace belfry

#define BELFRY_TEMPLATE_PLUGIN(Engine, plugin_id, plugin_version)                                      \
  extern "C" BF_EXPORT const bf_plugin* belfry_plugin_v1(void);                                        \
  BF_EXPORT const bf_plugin* belfry_plugin_v1(void) {                                                  \
    static constexpr bf_plugin plugin = {                                                              \
        sizeof(bf_plugin), 0, plugin_id, plugin_version, [](const char* interface_id) -> const void* { \
          const bool known = interface_id && std::string_view(interface_id) == BF_TEMPLATE_1;          \
          return known ? ::belfry::TemplateTable<Engine>::get() : nullptr;                             \
        }};                                                                                            \
    return &plugin;                                                                                    \
  }
