#include "adapters/plugins/table_check.h"

#include <belfry/auth.h>
#include <belfry/channel.h>
#include <belfry/template.h>

#include <algorithm>

#include "model/vocabulary.h"

namespace belfry::plugins {
namespace {

constexpr uint32_t kMostState = 1u << 20;
constexpr uint32_t kMostAlign = 4096;

std::string number(std::size_t value) { return std::to_string(value); }

/// Every table begins with its size; only what lies within may be read.
std::string sizeFault(const void* table, std::size_t least) {
  auto size = *static_cast<const uint32_t*>(table);
  return size >= least ? std::string() : "has " + number(size) + " bytes, at least " + number(least) + " are needed";
}

std::string machineFault(const void* given) {
  if (auto fault = sizeFault(given, offsetof(bf_machine_v1, batch_key)); !fault.empty()) return fault;
  const auto& table = *static_cast<const bf_machine_v1*>(given);
  if (!table.create || !table.destroy || !table.begin || !table.resume) return "lacks create, destroy, begin or resume";
  auto align = table.op_state_align;
  if (table.op_state_size > kMostState) {
    return "asks for " + number(table.op_state_size) + " bytes of operation state, at most " + number(kMostState) +
           " are allowed";
  }
  if (align > kMostAlign || (align & (align - 1)) != 0) {
    return "asks for operation state aligned to " + number(align) + ", allowed are powers of two up to " +
           number(kMostAlign);
  }
  return table.max_batch == 0 ? "takes batches of 0, at least 1 is needed" : std::string();
}

std::string templateFault(const void* given) {
  if (auto fault = sizeFault(given, sizeof(bf_template_v1)); !fault.empty()) return fault;
  const auto& table = *static_cast<const bf_template_v1*>(given);
  bool whole = table.create && table.destroy && table.compile && table.release && table.render && table.variables;
  return whole ? std::string() : "lacks create, destroy, compile, release, render or variables";
}

std::string interfaceFault(const std::string& interface, const void* table) {
  if (interface == BF_CHANNEL_1 || interface == BF_AUTH_1) return machineFault(table);
  return interface == BF_TEMPLATE_1 ? templateFault(table) : std::string();
}

bool has(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string serviceFault(const check::Manifest& manifest) {
  for (const auto& service : manifest.requires_services) {
    if (service == BF_LOG_1 || service == BF_METRICS_1 || service == BF_CRYPTO_1) continue;
    // Channel plugins and engines never see the credential-hashing key, not even through a service.
    if (service == BF_CREDENTIALS_1 && has(manifest.kinds, "auth")) continue;
    return "requires " + service + ", this host has " + BF_LOG_1 + ", " + BF_METRICS_1 + ", " + BF_CRYPTO_1 +
           " and, for auth plugins, " + BF_CREDENTIALS_1;
  }
  return {};
}

}  // namespace

std::string tableFault(const bf_plugin& entry, const check::Manifest& manifest) {
  for (const auto& interface : manifest.provides) {
    const auto* table = entry.get(interface.c_str());
    if (table == nullptr) return "its manifest provides " + interface + ", its entry does not";
    if (auto fault = interfaceFault(interface, table); !fault.empty()) return "its table of " + interface + " " + fault;
  }
  return entry.get("belfry.unknown/1") == nullptr ? std::string() : "it answers for an interface that does not exist";
}

std::string unmetNeed(const check::Manifest& manifest) {
  if (manifest.generation != BF_GENERATION) {
    return "is of ABI generation " + std::to_string(manifest.generation) + ", this host loads generation " +
           std::to_string(BF_GENERATION);
  }
  for (const auto& kind : manifest.kinds) {
    auto driven = "belfry." + kind + "/1";
    if (!manifest.providesInterface(driven))
      return "does not provide " + driven + ", the only " + kind + " interface of this host";
  }
  for (const auto& channel : manifest.channels) {
    if (!parseChannel(channel))
      return "serves the channel '" + channel + "', allowed are " + std::string(allowedChannel());
  }
  return serviceFault(manifest);
}

}  // namespace belfry::plugins
