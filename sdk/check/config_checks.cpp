// What create does with configs, and instances with each other.
#include <rapidjson/schema.h>

#include <cstring>
#include <regex>

#include "check/checks.h"
#include "check/guarded.h"
#include "check/heap_growth.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Document;
using rapidjson::Value;

constexpr const char* kRefuse =
    "create must refuse it and say why: BF_FIELDS refuses unknown keys and wrong types, check() the rest";

Document parsed(const std::string& json) {
  Document out;
  out.Parse(json.data(), json.size());
  return out;
}

std::string baseConfig(const Trial& trial) { return trial.good() ? trial.good()->config : "{}"; }
Secrets baseSecrets(const Trial& trial) { return trial.good() ? trial.good()->secrets : Secrets{}; }

std::string propertyFault(const std::string& name, const Value& property) {
  if (!property.IsObject()) return name + " is not a schema object";
  const bool typed = property.HasMember("type") || property.HasMember("enum") || property.HasMember("const") ||
                     property.HasMember("$ref") || property.HasMember("oneOf") || property.HasMember("anyOf");
  if (!typed) return name + " has no `type`";
  if (const Value* pattern = findMember(property, "pattern")) try {
      std::regex(pattern->IsString() ? pattern->GetString() : "(", std::regex::ECMAScript);
    } catch (const std::regex_error&) {
      return name + ": `pattern` is no regular expression of ECMA-262";
    }
  const Value* low = findMember(property, "minimum");
  const Value* high = findMember(property, "maximum");
  if (low && high && low->IsNumber() && high->IsNumber() && low->GetDouble() > high->GetDouble())
    return name + ": `minimum` is above `maximum`";
  return {};
}

std::string schemaFault(const Value& schema) {
  const Value* type = findMember(schema, "type");
  if (!type || !type->IsString() || textOf(*type) != "object") return "`type` is not \"object\"";
  const Value* properties = findMember(schema, "properties");
  if (properties && !properties->IsObject()) return "`properties` is not an object";
  if (properties)
    for (const auto& member : properties->GetObject()) {
      auto fault = propertyFault(member.name.GetString(), member.value);
      if (!fault.empty()) return fault;
    }
  const Value* required = findMember(schema, "required");
  if (required && !required->IsArray()) return "`required` is not an array";
  if (required)
    for (const auto& key : required->GetArray())
      if (!key.IsString() || !properties || !properties->HasMember(key))
        return "`required` names a key that `properties` does not have";
  return {};
}

bool fitsSchema(const std::string& schema_json, const std::string& config) {
  const Document schema = parsed(schema_json);
  const Document document = parsed(config);
  if (document.HasParseError()) return false;
  const rapidjson::SchemaDocument compiled(schema);
  rapidjson::SchemaValidator validator(compiled);
  return document.Accept(validator);
}

struct Mutation {
  std::string what;
  std::string config;
  bool schema_may_refuse;  ///< what lies within the types is the schema's to refuse; create sees it never
};

void addMembers(const std::string& base, const Document& schema, std::vector<Mutation>& out) {
  const Value* properties = findMember(schema, "properties");
  if (!properties) return;
  for (const auto& member : properties->GetObject()) {
    const std::string name = member.name.GetString();
    const auto with = [&](const char* json) {
      Document config = parsed(base);
      config.RemoveMember(name.c_str());
      Document value = parsed(json);
      Value copy(value, config.GetAllocator());
      config.AddMember(Value(name.c_str(), config.GetAllocator()), copy, config.GetAllocator());
      return compactJson(config);
    };
    const Value* type = findMember(member.value, "type");
    const std::string kind = type && type->IsString() ? type->GetString() : "";
    if (kind == "string") out.push_back({name + " is a number", with("17"), false});
    if (kind == "integer" || kind == "number") out.push_back({name + " is a text", with("\"much\""), false});
    if (kind == "boolean") out.push_back({name + " is a text", with("\"yes\""), false});
    if (kind == "array") out.push_back({name + " is a number", with("17"), false});
    if (kind == "object") out.push_back({name + " is a number", with("17"), true});
    if (member.value.HasMember("enum"))
      out.push_back({name + " is none of its values", with("\"none-of-these\""), true});
    if (kind == "integer" && member.value.HasMember("maximum"))
      out.push_back({name + " is too large", with("2147483647"), true});
    if (kind == "integer") out.push_back({name + " is a fraction", with("1.5"), true});
  }
  if (const Value* required = findMember(schema, "required"))
    for (const auto& key : required->GetArray()) {
      Document config = parsed(base);
      config.RemoveMember(key.GetString());
      out.push_back({std::string(key.GetString()) + " is absent", compactJson(config), true});
    }
}

std::vector<Mutation> mutations(const Trial& trial) {
  const std::string base = baseConfig(trial);
  std::vector<Mutation> out = {{"it is no JSON", "{\"", false},
                               {"it is an array", "[]", false},
                               {"it is null", "null", false},
                               {"it is a text", "\"config\"", false}};
  Document unknown = parsed(base);
  unknown.AddMember("no_such_key_anywhere", 1, unknown.GetAllocator());
  out.push_back({"it has an unknown key", compactJson(unknown), false});
  addMembers(base, parsed(trial.manifest.config_schema), out);
  return out;
}

}  // namespace

Finding checkSchema(const Trial& trial) {
  const Document schema = parsed(trial.manifest.config_schema);
  const auto fault = schemaFault(schema);
  if (!fault.empty()) return failed("config_schema: " + fault, "mend the manifest; the console makes its form of it");
  const Value* more = findMember(schema, "additionalProperties");
  if (!more || !more->IsBool() || more->GetBool())
    return warned("config_schema lets unknown keys pass",
                  "add \"additionalProperties\": false, so that a misspelt key is an error");
  if (!trial.manifest.options_schema.empty()) {
    const auto options = schemaFault(parsed(trial.manifest.options_schema));
    if (!options.empty()) return failed("options_schema: " + options, "mend the manifest");
  }
  return passed("config_schema is one");
}

Finding checkSchemaSecrets(const Trial& trial) {
  const Document schema = parsed(trial.manifest.config_schema);
  const Value* properties = findMember(schema, "properties");
  if (properties)
    for (const auto& member : properties->GetObject()) {
      const std::string_view name = textOf(member.name);
      for (const char* word : {"password", "secret", "api_key", "auth_token", "private_key", "access_token"}) {
        const bool named =
            name == word || (name.size() > std::strlen(word) && name.find(word) != std::string_view::npos &&
                             name.find("_name") == std::string_view::npos);
        if (named)
          return failed("the config key " + std::string(name) + " looks like a secret, and configs are shown",
                        "declare it in `secrets`, and name it in a segment where it is needed");
      }
    }
  return passed("no config key is a secret");
}

Finding checkExamples(const Trial& trial) {
  struct Case {
    std::string config;
    std::vector<Secrets> secrets;  ///< one of them has to do: an example does not say which secrets are set
  };
  Secrets all;
  for (const auto& secret : trial.manifest.secrets) all[secret.name] = "test-value-of-" + secret.name;
  std::vector<Case> cases;
  const Document schema = parsed(trial.manifest.config_schema);
  const Value* examples = findMember(schema, "examples");
  if (examples && examples->IsArray())
    for (const auto& example : examples->GetArray())
      cases.push_back({compactJson(example), {baseSecrets(trial), all, Secrets{}}});
  for (const auto* scenario : trial.of(0)) cases.push_back({scenario->config, {scenario->secrets}});
  if (cases.empty()) return skipped("config_schema has no `examples`, and there are no vectors");
  for (const auto& one : cases) {
    if (!fitsSchema(trial.manifest.config_schema, one.config))
      return failed("this config does not fit config_schema: " + one.config.substr(0, 200),
                    "mend the schema, or the example or vector");
    std::string reason;
    bool good = false;
    for (const auto& secrets : one.secrets) {
      const Instance instance(trial.factory, trial.manifest, one.config, secrets);
      good = good || instance.good();
      if (!instance.good()) reason = instance.reason();
    }
    if (!good)
      return failed("create refuses " + one.config.substr(0, 200) + ": " + reason,
                    "accept what config_schema allows, or narrow it");
  }
  return passed(std::to_string(cases.size()) + " configs of examples and vectors fit the schema and create");
}

Finding checkMutations(const Trial& trial) {
  int n = 0;
  for (const auto& mutation : mutations(trial)) {
    if (mutation.schema_may_refuse && !fitsSchema(trial.manifest.config_schema, mutation.config)) continue;
    Instance instance(trial.factory, trial.manifest, mutation.config, baseSecrets(trial));
    ++n;
    // What fits the schema may be right: an enum that takes the word, a key that is not needed.
    if (instance.good() && !mutation.schema_may_refuse)
      return failed("create accepts a config where " + mutation.what, kRefuse);
    if (!instance.good() && instance.reason().empty())
      return failed("create refuses a config where " + mutation.what + " without a reason",
                    "write a reason into err that names key, value and what is allowed");
    if (!instance.good() && !secretShownIn(instance.host().secrets(), instance.reason()).empty())
      return failed("the reason of a refused config shows a secret", "never put secrets into reasons");
  }
  return passed(std::to_string(n) + " broken configs refused, with a reason");
}

Finding checkReason(const Trial& trial) {
  const FakeHost host;
  for (const std::size_t cap : {0u, 1u, 2u, 8u, 64u}) {
    const std::string filled(cap, '\x5a');
    const Guarded err(filled.data(), cap);
    void* instance = nullptr;
    const auto status = trial.factory.create(host.abi(), "[\"no config\"]", &instance,
                                             cap == 0 ? nullptr : static_cast<char*>(err.get()), cap);
    if (status == BF_OK) {
      trial.factory.destroy(instance);
      continue;  // config/mutations says so
    }
    if (cap != 0 && std::memchr(err.get(), '\0', cap) == nullptr)
      return failed("the reason has no NUL within " + std::to_string(cap) + " bytes", "cut it, and end it with NUL");
  }
  return passed("the reason keeps to its buffer");
}

Finding checkCreateLeaks(const Trial& trial) {
  const FakeHost host(baseSecrets(trial));
  const std::string config = baseConfig(trial);
  const auto makeAndEnd = [&](std::string_view json) {
    void* instance = nullptr;
    char reason[256];
    if (trial.factory.create(host.abi(), json, &instance, reason, sizeof reason) == BF_OK)
      trial.factory.destroy(instance);
  };
  const auto grown = heapGrowth(1000, [&] {
    makeAndEnd(config);
    makeAndEnd("[]");
  });
  if (grown != 0)
    return failed(std::to_string(grown) + " bytes are left behind by each create and destroy",
                  "free in destroy what create made, and in create what a refusal leaves");
  return passed("1000 times create and destroy leave nothing");
}

namespace {

std::string wholeRun(const Instance& instance, const Scenario& scenario) {
  Operation operation(instance, *scenario.request(), scenario.now_ms);
  operation.begin();
  runToEnd(operation, goodAnswer);
  return operation.transcript();
}

/// What an instance of `first` does before, beside and after one of `other`.
std::optional<Finding> besideEachOther(const Trial& trial, const Scenario& first, const Scenario& other) {
  constexpr const char* kMend = "keep nothing outside of the instance: no mutable statics";
  Instance a(trial.factory, trial.manifest, first.config, first.secrets);
  if (!a.good()) return std::nullopt;
  const auto alone = wholeRun(a, first);
  {
    Instance b(trial.factory, trial.manifest, other.config, other.secrets);
    if (b.good()) wholeRun(b, other);
    if (wholeRun(a, first) != alone)
      return failed(
          first.name + ": an instance emits something else once another one (" + other.name + ") has worked beside it",
          kMend);
  }
  if (wholeRun(a, first) != alone)
    return failed(first.name + ": an instance emits something else once another one (" + other.name + ") is destroyed",
                  kMend);
  return std::nullopt;
}

}  // namespace

Finding checkTenants(const Trial& trial) {
  const auto scenarios = trial.of(0);
  if (scenarios.empty()) return skipped("no vectors with a request");
  for (const auto* first : scenarios)
    for (const auto* other : scenarios)
      if (first == other || first->config != other->config)
        if (auto finding = besideEachOther(trial, *first, *other)) return *finding;
  return passed("instances share nothing");
}

}  // namespace belfry::check
