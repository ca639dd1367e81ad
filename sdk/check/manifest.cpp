#include "check/manifest.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <set>

#include "check/names.h"
#include "check/outcome_names.h"

namespace belfry::check {
namespace {

using Value = rapidjson::Value;

constexpr std::uint32_t kMaxBatch = 1000;
constexpr std::size_t kMaxManifestBytes = 256 * 1024;
constexpr std::array<std::string_view, 4> kRequests = {"webhook", "probe", "token", "status"};
constexpr std::array<std::string_view, 3> kKinds = {"channel", "template", "auth"};

template <class Words>
std::string joined(const Words& words) {
  std::string text;
  for (const auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string compact(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

/// Reads one JSON object key by key and remembers which keys were asked for, so that the rest are unknown.
class ObjectReader {
 public:
  ObjectReader(const Value& value, std::string pointer, std::string& errors)
      : value_(value), pointer_(std::move(pointer)), errors_(errors) {}

  void fault(const std::string& key, const std::string& what) {
    const Value* value = peek(key);
    errors_ += pointer_ + "/" + key + (value ? " is " + shortened(compact(*value)) : " is absent") + ": " + what + "\n";
  }

  const Value* find(const std::string& key) {
    known_.insert(key);
    return peek(key);
  }

  std::string text(const std::string& key, bool required = false) {
    const Value* value = find(key);
    if (value && value->IsString()) return {value->GetString(), value->GetStringLength()};
    if (value || required) fault(key, "a string is needed");
    return {};
  }

  bool flag(const std::string& key) {
    const Value* value = find(key);
    if (value && !value->IsBool()) fault(key, "true or false is needed");
    return value && value->IsBool() && value->GetBool();
  }

  std::uint32_t number(const std::string& key, std::uint32_t low, std::uint32_t high, std::uint32_t absent) {
    const Value* value = find(key);
    if (!value) return absent;
    if (value->IsUint() && value->GetUint() >= low && value->GetUint() <= high) return value->GetUint();
    fault(key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high) + " is needed");
    return absent;
  }

  std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> out;
    const Value* value = find(key);
    if (!value) return out;
    if (!value->IsArray()) {
      fault(key, "an array of strings is needed");
      return out;
    }
    for (const auto& item : value->GetArray()) {
      if (!item.IsString()) {
        fault(key, "an array of strings is needed");
        return {};
      }
      out.emplace_back(item.GetString(), item.GetStringLength());
    }
    if (std::set<std::string>(out.begin(), out.end()).size() != out.size()) fault(key, "an item stands twice");
    return out;
  }

  /// Calls `read` with a reader of the object at `key`, when there is one.
  template <class Read>
  void object(const std::string& key, Read&& read) {
    const Value* value = find(key);
    if (!value) return;
    if (!value->IsObject()) return fault(key, "an object is needed");
    ObjectReader inner(*value, pointer_ + "/" + key, errors_);
    read(inner);
    inner.refuseUnknown();
  }

  template <class Read>
  void objects(const std::string& key, Read&& read) {
    const Value* value = find(key);
    if (!value) return;
    if (!value->IsArray()) return fault(key, "an array of objects is needed");
    for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
      if (!(*value)[i].IsObject()) return fault(key, "an array of objects is needed");
      ObjectReader inner((*value)[i], pointer_ + "/" + key + "/" + std::to_string(i), errors_);
      read(inner);
      inner.refuseUnknown();
    }
  }

  void refuseUnknown() {
    std::string allowed;
    for (const auto& key : known_) allowed += (allowed.empty() ? "" : ", ") + key;
    std::set<std::string> seen;
    for (const auto& member : value_.GetObject()) {
      const std::string key(member.name.GetString(), member.name.GetStringLength());
      if (!seen.insert(key).second) errors_ += pointer_ + "/" + key + " stands twice\n";
      if (known_.count(key) == 0) errors_ += pointer_ + "/" + key + " is not known; allowed: " + allowed + "\n";
    }
  }

 private:
  const Value* peek(const std::string& key) const {
    const auto member = value_.FindMember(Value(rapidjson::StringRef(key.data(), key.size())));
    return member == value_.MemberEnd() ? nullptr : &member->value;
  }

  static std::string shortened(std::string text) {
    constexpr std::size_t kShown = 80;
    if (text.size() > kShown) text = text.substr(0, kShown) + "…";
    return text;
  }

  const Value& value_;
  std::string pointer_;
  std::string& errors_;
  std::set<std::string> known_;
};

void readIdentity(ObjectReader& in, Manifest& out) {
  out.id = in.text("id", true);
  if (!isPluginId(out.id)) in.fault("id", "lower-case letters, digits and '-' are allowed, a letter first, at most 63");
  out.version = in.text("version", true);
  if (!isSemanticVersion(out.version)) in.fault("version", "a semantic version such as 1.0.0 is needed");
  out.name = in.text("name");
  if (out.name.empty()) out.name = out.id;
  out.description = in.text("description");
  if (!in.find("generation")) in.fault("generation", "the generation of the ABI is needed, a whole number");
  out.generation = static_cast<int>(in.number("generation", 1, 1000, 0));
}

void readInterfaces(ObjectReader& in, Manifest& out) {
  out.kinds = in.texts("kinds");
  if (out.kinds.empty()) in.fault("kinds", "at least one is needed of: " + joined(kKinds));
  for (const auto& kind : out.kinds)
    if (!contains(kKinds, kind)) in.fault("kinds", "allowed: " + joined(kKinds));
  out.provides = in.texts("provides");
  out.requires_services = in.texts("requires");
  for (const auto& id : out.provides)
    if (!isInterfaceId(id)) in.fault("provides", "an interface id such as belfry.channel/1 is needed");
  for (const auto& id : out.requires_services)
    if (!isInterfaceId(id)) in.fault("requires", "an interface id such as belfry.log/1 is needed");
  for (const auto& kind : out.kinds) {
    const auto prefix = "belfry." + kind + "/";
    const auto fits = [&](const std::string& id) { return id.compare(0, prefix.size(), prefix) == 0; };
    if (std::none_of(out.provides.begin(), out.provides.end(), fits))
      in.fault("provides", "kind " + kind + " needs an interface " + prefix + "N");
  }
}

void readNames(ObjectReader& in, const std::string& key, const char* kind, const Manifest& manifest,
               std::vector<std::string>& out) {
  out = in.texts(key);
  const bool applies = std::find(manifest.kinds.begin(), manifest.kinds.end(), kind) != manifest.kinds.end();
  if (applies && out.empty()) in.fault(key, std::string("at least one is needed in a ") + kind + " plugin");
  if (!applies && !out.empty()) in.fault(key, std::string("only a ") + kind + " plugin may have it");
}

void readConfigSchema(ObjectReader& in, Manifest& out) {
  out.config_schema = R"({"type":"object","additionalProperties":false})";
  const Value* schema = in.find("config_schema");
  if (!schema) return;
  if (!schema->IsObject()) return in.fault("config_schema", "a JSON Schema object is needed");
  out.config_schema = compact(*schema);
}

bool hasConfigKey(const Value* schema, const std::string& key) {
  if (!schema || !schema->IsObject()) return false;
  const auto properties = schema->FindMember("properties");
  return properties != schema->MemberEnd() && properties->value.IsObject() && properties->value.HasMember(key.c_str());
}

void readSecrets(ObjectReader& in, Manifest& out) {
  in.objects("secrets", [&](ObjectReader& secret) {
    ManifestSecret s;
    s.name = secret.text("name", true);
    if (!isKey(s.name))
      secret.fault("name", "lower-case letters, digits and '_' are allowed, a letter first, at most 63");
    for (const auto& other : out.secrets)
      if (other.name == s.name) secret.fault("name", "it stands twice");
    s.required = secret.flag("required");
    s.description = secret.text("description", true);
    out.secrets.push_back(std::move(s));
  });
}

void readEgress(ObjectReader& in, Manifest& out) {
  const Value* schema = in.find("config_schema");
  in.object("egress", [&](ObjectReader& egress) {
    out.egress.hosts = egress.texts("hosts");
    for (const auto& host : out.egress.hosts)
      if (!isHostPattern(host)) egress.fault("hosts", "a host name such as api.example.com or *.example.com is needed");
    out.egress.config_keys = egress.texts("config_keys");
    for (const auto& key : out.egress.config_keys)
      if (!hasConfigKey(schema, key)) egress.fault("config_keys", "config_schema has no property " + key);
  });
}

void readBehaviour(ObjectReader& in, Manifest& out) {
  out.max_batch = in.number("max_batch", 1, kMaxBatch, 1);
  out.idempotent = in.flag("idempotent");
  out.receipts = in.flag("receipts");
  in.object("simulation", [&](ObjectReader& simulation) {
    ManifestSimulation s{simulation.text("outcome", true), simulation.text("code"), simulation.text("detail")};
    if (!contains(kOutcomeNames, s.outcome)) simulation.fault("outcome", "allowed: " + joined(kOutcomeNames));
    out.simulation = std::move(s);
  });
}

void readRequests(ObjectReader& in, Manifest& out) {
  out.requests = in.texts("requests");
  for (const auto& request : out.requests)
    if (!contains(kRequests, request)) in.fault("requests", "allowed: " + joined(kRequests));
  const Value* options = in.find("options_schema");
  if (options && !options->IsObject()) in.fault("options_schema", "a JSON Schema object is needed");
  if (options && options->IsObject()) out.options_schema = compact(*options);
  if (!contains(out.kinds, "channel"))
    for (const char* key : {"requests", "options_schema"})
      if (in.find(key)) in.fault(key, "only a channel plugin may have it");
}

void readPosture(ObjectReader& in, Manifest& out) {
  constexpr std::size_t kLongest = 300;
  out.posture = in.text("posture");
  if (in.find("posture") && (out.posture.empty() || out.posture.size() > kLongest))
    in.fault("posture", "one sentence of at most 300 bytes is needed");
  in.object("limits", [&](ObjectReader& limits) {
    out.limits.per_second = limits.number("per_second", 1, 1000000, 0);
    out.limits.max_bytes = limits.number("max_bytes", 1, 1u << 30, 0);
  });
}

Manifest readManifest(const Value& root, std::string& errors) {
  Manifest out;
  ObjectReader in(root, "", errors);
  in.text("$schema");
  readIdentity(in, out);
  readInterfaces(in, out);
  readNames(in, "channels", "channel", out, out.channels);
  for (const auto& channel : out.channels)
    if (!isKey(channel)) in.fault("channels", "lower-case letters, digits and '_' are allowed, a letter first");
  readNames(in, "engines", "template", out, out.engines);
  for (const auto& engine : out.engines)
    if (!isPluginId(engine)) in.fault("engines", "lower-case letters, digits and '-' are allowed, a letter first");
  readConfigSchema(in, out);
  readSecrets(in, out);
  readEgress(in, out);
  readBehaviour(in, out);
  readRequests(in, out);
  readPosture(in, out);
  in.refuseUnknown();
  return out;
}

}  // namespace

bool Manifest::serves(std::string_view request) const {
  return std::find(requests.begin(), requests.end(), request) != requests.end();
}

bool Manifest::providesInterface(std::string_view interface_id) const {
  return std::find(provides.begin(), provides.end(), interface_id) != provides.end();
}

std::optional<Manifest> parseManifest(std::string_view json, std::string& error) {
  if (json.size() > kMaxManifestBytes) {
    error = "the manifest has " + std::to_string(json.size()) + " bytes; at most " + std::to_string(kMaxManifestBytes) +
            " are allowed";
    return std::nullopt;
  }
  rapidjson::Document root;
  root.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (root.HasParseError()) {
    error = "the manifest is not JSON: " + std::string(rapidjson::GetParseError_En(root.GetParseError())) + " (byte " +
            std::to_string(root.GetErrorOffset()) + ")";
    return std::nullopt;
  }
  if (!root.IsObject()) {
    error = "the manifest is not a JSON object";
    return std::nullopt;
  }
  std::string errors;
  auto manifest = readManifest(root, errors);
  if (errors.empty()) return manifest;
  errors.pop_back();
  error = std::move(errors);
  return std::nullopt;
}

}  // namespace belfry::check
