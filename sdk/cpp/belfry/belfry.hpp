// The C++17 wrapper of the plugin ABI: a plugin is a class with begin and resume, and this turns it into the C tables.
//
//   class Acme : public belfry::Channel<Acme> {
//    public:
//     struct Config { std::string account; };
//     BF_FIELDS(Config, account)
//     struct State { char id[40]; };                            // plain data; zeroed by the host
//     int begin(Op& op, State&, const Send& message) const;     // return op.send(…) or op.done(…)
//     int resume(Op& op, State&, const Reply& reply) const;
//     std::string check() const;                                // optional: why the bound config is unusable, or ""
//   };
//   BELFRY_PLUGIN(Acme, "acme", "1.0.0")
//
// Instances are shared between threads, so begin and resume are const: what belongs to one operation is in State.
// Exceptions end at the trampolines here: none crosses to the host, where it would end the process.
#pragma once

#include <belfry/plugin.h>
#include <belfry/auth.hpp>
#include <belfry/channel.hpp>

namespace belfry::detail {

constexpr bool sameText(const char* a, const char* b) { return *a == *b && (*a == '\0' || sameText(a + 1, b + 1)); }

}  // namespace belfry::detail

// belfry_add_plugin says what the manifest has, and the code must say the same.
#if defined(BELFRY_PLUGIN_ID) && defined(BELFRY_PLUGIN_VERSION)
#define BF_CHECK_IDENTITY(id, version)                                                              \
  static_assert(::belfry::detail::sameText(id, BELFRY_PLUGIN_ID), "the id must be the manifest's"); \
  static_assert(::belfry::detail::sameText(version, BELFRY_PLUGIN_VERSION), "the version must be the manifest's");
#else
#define BF_CHECK_IDENTITY(id, version)
#endif

/// The entry of the plugin; once, in one .cpp, outside of every namespace.
#define BELFRY_PLUGIN(Type, id, version)                                                                              \
  BF_CHECK_IDENTITY(id, version)                                                                                      \
  extern "C" const bf_plugin* belfry_plugin_v1(void) {                                                                \
    static constexpr bf_plugin plugin = {sizeof plugin, 0, id, version, [](const char* interface_id) -> const void* { \
                                           return interface_id ? Type::interfaceTable(interface_id) : nullptr;        \
                                         }};                                                                          \
    return &plugin;                                                                                                   \
  }
