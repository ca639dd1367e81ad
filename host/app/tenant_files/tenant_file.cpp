#include "app/tenant_files/tenant_file.h"

#include <regex>
#include <set>
#include <stdexcept>

#include "adapters/jsonschema/schema_walk.h"
#include "app/config/config_directory.h"
#include "app/config/dedup_section.h"
#include "app/config/yaml_document.h"
#include "kit/json.h"

namespace belfry {
namespace embedded {
extern const std::string_view kTenantSchema;
}

namespace {

using Errors = std::vector<ConfigError>;
using schema::keyword;

const JsonSchema& tenantSchema() {
  static const JsonSchema compiled = [] {
    auto result = JsonSchema::compile(embedded::kTenantSchema);
    if (!result) throw std::logic_error("tenant.schema.json: " + result.error());
    return std::move(*result);
  }();
  return compiled;
}

// Somebody who writes a secret into the file by mistake must not find it in the log as well. Whole objects are not
// shown, since a secret may be anywhere inside.
void hideSecrets(ConfigError& error) {
  static const std::regex kSecretName("secret|password|token|credential|api_?key|access_?key|private_?key",
                                      std::regex::icase);
  const bool composite = error.value.starts_with('{') || error.value.starts_with('[');
  if (composite || std::regex_search(error.key, kSecretName)) error.value = error.value.empty() ? "" : "***";
}

std::string textOr(const JsonValue& object, std::string_view name, std::string fallback) {
  const JsonValue* value = keyword(object, name);
  return value ? std::string(asView(*value)) : fallback;
}

int wholeOr(const JsonValue& object, std::string_view name, int fallback) {
  const JsonValue* value = keyword(object, name);
  return value ? value->GetInt() : fallback;
}

bool flagOr(const JsonValue& object, std::string_view name, bool fallback) {
  const JsonValue* value = keyword(object, name);
  return value ? value->GetBool() : fallback;
}

SecretLocation secretLocation(const JsonValue& secret, const std::filesystem::path& directory) {
  if (const JsonValue* variable = keyword(secret, "env"))
    return {SecretLocation::Kind::environment, std::string(asView(*variable))};
  const std::filesystem::path path(asView(*keyword(secret, "file")));
  return {SecretLocation::Kind::file, (directory / path).lexically_normal().string()};
}

// Reads a document that the schema has accepted; collects what a schema cannot say.
class TenantReader {
 public:
  TenantReader(const YamlDocument& document, const std::filesystem::path& path)
      : document_(document), directory_(std::filesystem::absolute(path).parent_path()) {
    tenant_.path = path;
  }

  Result<TenantFile, Errors> read() {
    const auto json = parseJson(document_.json());
    if (!json) return failure(Errors{{"", "", "", document_.sourceOf(""), json.error().message}});
    readTenant(*json);
    if (const JsonValue* providers = keyword(*json, "providers")) readProviders(*providers);
    if (!errors_.empty()) return failure(std::move(errors_));
    return std::move(tenant_);
  }

 private:
  void readTenant(const JsonValue& json) {
    tenant_.slug = textOr(json, "tenant", tenant_.path.stem().string());
    tenant_.name = textOr(json, "name", tenant_.slug);
    static const std::regex kSlug(
        "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");  // for the file's name; a key is checked by the schema
    if (!std::regex_match(tenant_.slug, kSlug))
      refuse("/tenant", tenant_.slug, "a key `tenant`, or a file name of a-z, 0-9 and -",
             "is missing, and the file's name is no slug");
    const JsonValue* auth = keyword(json, "auth");
    if (!auth) tenant_.auth = {"apikey"};
    else
      for (const JsonValue& plugin : auth->GetArray()) tenant_.auth.emplace_back(asView(plugin));
    if (const JsonValue* secret = keyword(json, "subscriber_secret"))
      tenant_.subscriber_secret = secretLocation(*secret, directory_);
    if (const JsonValue* dedup = keyword(json, "dedup")) {
      tenant_.dedup =
          readDedupSection(*dedup, [this](const auto& pointer, const auto& value, auto allowed, auto message) {
            refuse("/dedup" + pointer, value, std::move(allowed), std::move(message));
          });
    }
  }

  void readProviders(const JsonValue& providers) {
    std::size_t index = 0;
    for (const JsonValue& provider : providers.GetArray())
      readProvider(provider, "/providers/" + std::to_string(index++));
  }

  void readProvider(const JsonValue& json, const std::string& pointer) {
    ProviderEntry provider;
    provider.source = document_.sourceOf(pointer);
    provider.id = textOr(json, "id", "");
    provider.plugin = textOr(json, "plugin", "");
    provider.channel = readChannel(json, pointer);
    provider.priority = wholeOr(json, "priority", provider.priority);
    provider.weight = wholeOr(json, "weight", provider.weight);
    provider.enabled = flagOr(json, "enabled", provider.enabled);
    provider.simulate = flagOr(json, "simulate", provider.simulate);
    if (const JsonValue* config = keyword(json, "config")) provider.config_json = toJsonText(*config);
    if (const JsonValue* id = keyword(json, "callback_id")) provider.callback_id = std::string(asView(*id));
    readSecrets(json, provider);
    refuseDoubles(provider, pointer);
    tenant_.providers.push_back(std::move(provider));
  }

  Channel readChannel(const JsonValue& json, const std::string& pointer) {
    const std::string text = textOr(json, "channel", "");
    const auto channel = parseChannel(text);
    if (!channel) refuse(pointer + "/channel", text, "one of " + std::string(allowedChannel()), "is not a channel");
    return channel.value_or(Channel::email);
  }

  void readSecrets(const JsonValue& json, ProviderEntry& provider) {
    const JsonValue* secrets = keyword(json, "secrets");
    if (!secrets) return;
    for (const auto& secret : secrets->GetObject())
      provider.secrets[std::string(asView(secret.name))] = secretLocation(secret.value, directory_);
  }

  void refuseDoubles(const ProviderEntry& provider, const std::string& pointer) {
    if (!ids_.insert(provider.id).second)
      refuse(pointer + "/id", provider.id, "an id that no other provider of the tenant has", "is used twice");
    if (provider.callback_id && !callback_ids_.insert(*provider.callback_id).second) {
      refuse(pointer + "/callback_id", *provider.callback_id, "an id that no other provider has", "is used twice");
    }
  }

  void refuse(const std::string& pointer, const std::string& value, std::string allowed, std::string message) {
    JsonWriter text;
    text.value(std::string_view(value));
    errors_.push_back(
        {keyOfPointer(pointer), text.take(), std::move(allowed), document_.sourceOf(pointer), std::move(message)});
  }

  const YamlDocument& document_;
  std::filesystem::path directory_;
  TenantFile tenant_;
  Errors errors_;
  std::set<std::string> ids_;
  std::set<std::string> callback_ids_;
};

// What only shows when all files are seen.
class Directory {
 public:
  void add(TenantFile tenant) {
    Errors errors = conflictsOf(tenant);
    if (!errors.empty()) return refuse(tenant.path, errors);
    slugs_[tenant.slug] = tenant.path;
    for (const ProviderEntry& provider : tenant.providers) {
      if (provider.callback_id) callback_ids_[*provider.callback_id] = provider.source;
    }
    files_.tenants.push_back(std::move(tenant));
  }

  void refuse(const std::filesystem::path& path, const Errors& errors) {
    files_.errors.insert(files_.errors.end(), errors.begin(), errors.end());
    files_.broken.push_back(path);
  }

  TenantFiles take() { return std::move(files_); }

 private:
  Errors conflictsOf(const TenantFile& tenant) const {
    Errors errors;
    if (const auto other = slugs_.find(tenant.slug); other != slugs_.end()) {
      errors.push_back({"tenant", "\"" + tenant.slug + "\"", "one file per tenant", tenant.path.string(),
                        "is described by " + other->second.string() + " already"});
    }
    for (const ProviderEntry& provider : tenant.providers) {
      const auto other = provider.callback_id ? callback_ids_.find(*provider.callback_id) : callback_ids_.end();
      if (other == callback_ids_.end()) continue;
      errors.push_back({"callback_id", "\"" + other->first + "\"", "an id that no other provider has", provider.source,
                        "is used at " + other->second + " already"});
    }
    return errors;
  }

  TenantFiles files_;
  std::map<std::string, std::filesystem::path> slugs_;
  std::map<std::string, std::string> callback_ids_;
};

}  // namespace

Result<TenantFile, Errors> parseTenantFile(const std::filesystem::path& path) {
  const auto text = readConfigFile(path);
  if (!text) return failure(Errors{text.error()});
  auto document = parseChecked(*text, path.string(), tenantSchema());
  if (!document) {
    for (ConfigError& error : document.error()) hideSecrets(error);
    return failure(document.error());
  }
  return TenantReader(*document, path).read();
}

TenantFiles readTenantFiles(const std::filesystem::path& directory) {
  Directory files;
  const auto paths = configFilesIn(directory);
  if (!paths) {
    files.refuse(directory, {paths.error()});
    return files.take();
  }
  for (const std::filesystem::path& path : *paths) {
    auto tenant = parseTenantFile(path);
    if (tenant) files.add(std::move(*tenant));
    else files.refuse(path, tenant.error());
  }
  return files.take();
}

}  // namespace belfry
