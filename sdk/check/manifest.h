// The manifest: what a plugin says about itself, as JSON in its ELF note. Its shape is
// schemas/plugin/manifest.schema.json; this reader checks the same rules, and what a schema cannot say, without a
// schema library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::check {

struct ManifestSecret {
  std::string name;  ///< what BF_SEG_SECRET segments refer to
  bool required = false;
  std::string description;
};

/// What an operation may reach.
struct ManifestEgress {
  std::vector<std::string> hosts;        ///< "api.example.com", or "*.example.com" for every name below
  std::vector<std::string> config_keys;  ///< config keys whose value names a host or a URL that may be reached
};

/// What simulated mode answers instead of an exchange.
struct ManifestSimulation {
  std::string outcome;  ///< a word of the vocabulary's outcomes, such as "accepted"
  std::string code;
  std::string detail;
};

/// What the provider says it takes; 0: not said.
struct ManifestLimits {
  std::uint32_t per_second = 0;
  std::uint32_t max_bytes = 0;
};

struct Manifest {
  std::string id;       ///< [a-z][a-z0-9-]*, at most 63
  std::string version;  ///< semantic version 2.0.0
  std::string name;     ///< for people; the id when absent
  std::string description;
  int generation = 0;                          ///< of the ABI: n for the entry belfry_plugin_vn
  std::vector<std::string> kinds;              ///< channel, template, auth
  std::vector<std::string> provides;           ///< interface ids, such as "belfry.channel/1"
  std::vector<std::string> requires_services;  ///< `requires`: interface ids of the host that must be there
  std::vector<std::string> channels;  ///< such as "email"; the host knows which exist; empty unless a channel plugin
  std::vector<std::string> engines;   ///< names a template may ask for; empty unless a template plugin
  std::string config_schema;          ///< JSON Schema as compact text; accepts only {} when absent
  std::vector<ManifestSecret> secrets;
  ManifestEgress egress;
  std::uint32_t max_batch = 1;
  bool idempotent = false;  ///< the provider folds repeats of one delivery id
  bool receipts = false;    ///< later callbacks tell what became of a message
  std::optional<ManifestSimulation> simulation;
  std::vector<std::string> requests;  ///< kinds of request served besides sends: webhook, probe, token, status
  std::string options_schema;         ///< JSON Schema of a send's options as compact text; empty: it takes none
  std::string posture;                ///< one sentence on security
  ManifestLimits limits;

  bool serves(std::string_view request) const;
  bool providesInterface(std::string_view interface_id) const;
};

/// Parses and validates. On failure: nullopt and one line per fault in `error`, each naming the JSON pointer, the value
/// and what is allowed. A generation that this SDK does not know is no fault here. Thread-safe.
std::optional<Manifest> parseManifest(std::string_view json, std::string& error);

}  // namespace belfry::check
