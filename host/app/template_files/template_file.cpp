#include "app/template_files/template_file.h"

#include <set>
#include <stdexcept>
#include <tuple>

#include "adapters/jsonschema/schema_walk.h"
#include "app/config/config_directory.h"
#include "app/config/dedup_section.h"
#include "app/config/yaml_document.h"
#include "kit/json.h"

namespace belfry {
namespace embedded {
extern const std::string_view kTemplateSchema;
}

namespace {

using Errors = std::vector<ConfigError>;
using schema::keyword;

const JsonSchema& templateSchema() {
  static const JsonSchema compiled = [] {
    auto result = JsonSchema::compile(embedded::kTemplateSchema);
    if (!result) throw std::logic_error("template.schema.json: " + result.error());
    return std::move(*result);
  }();
  return compiled;
}

std::string textOr(const JsonValue& object, std::string_view name, std::string fallback) {
  const JsonValue* value = keyword(object, name);
  return value ? std::string(asView(*value)) : fallback;
}

std::vector<std::string> listOf(const JsonValue* list) {
  std::vector<std::string> texts;
  if (!list) return texts;
  for (const JsonValue& item : list->GetArray()) texts.emplace_back(asView(item));
  return texts;
}

// Reads a document that the schema has accepted; collects what a schema cannot say.
class TemplateReader {
 public:
  TemplateReader(const YamlDocument& document, const std::filesystem::path& path, const std::string& tenant)
      : document_(document) {
    template_.path = path;
    template_.tenant = tenant;
  }

  Result<TemplateFile, Errors> read() {
    const auto json = parseJson(document_.json());
    if (!json) return failure(Errors{{"", "", "", document_.sourceOf(""), json.error().message}});
    readHead(*json);
    for (const auto& channel : keyword(*json, "content")->GetObject())
      readContent(std::string(asView(channel.name)), channel.value);
    if (!errors_.empty()) return failure(std::move(errors_));
    return std::move(template_);
  }

 private:
  void readHead(const JsonValue& json) {
    template_.key = textOr(json, "key", "");
    template_.name = textOr(json, "name", template_.key);
    template_.engine = textOr(json, "engine", "mustache");
    template_.language = textOr(json, "language", "en");
    readType(textOr(json, "type", "transactional"));
    if (const JsonValue* variables = keyword(json, "variables")) {
      template_.required = listOf(keyword(*variables, "required"));
      template_.optional = listOf(keyword(*variables, "optional"));
    }
    if (const JsonValue* dedup = keyword(json, "dedup")) {
      template_.dedup =
          readDedupSection(*dedup, [this](const auto& pointer, const auto& value, auto allowed, auto message) {
            refuse("/dedup" + pointer, value, std::move(allowed), std::move(message));
          });
      if (!template_.dedup.enabled) template_.dedup.enabled = true;
    }
  }

  void readType(const std::string& text) {
    const auto type = parseTemplateType(text);
    if (type) template_.type = *type;
    else refuse("/type", text, "one of " + std::string(allowedTemplateType()), "is not a template type");
  }

  void readContent(const std::string& channel_name, const JsonValue& fields) {
    const std::string pointer = "/content/" + channel_name;
    const auto channel = parseChannel(channel_name);
    if (!channel) return refuse(pointer, channel_name, "one of " + std::string(allowedChannel()), "is not a channel");
    if (template_.content.contains(*channel))
      return refuse(pointer, channel_name, "each channel once", "is there already under another name");
    auto& texts = template_.content[*channel];
    for (const auto& field : fields.GetObject())
      texts[std::string(asView(field.name))] = std::string(asView(field.value));
    if (*channel != Channel::email) return;
    if (!texts.contains("subject")) refuse(pointer + "/subject", "", "a text", "is missing");
    if (!texts.contains("text") && !texts.contains("html"))
      refuse(pointer + "/text", "", "a text, or html beside it", "is missing");
  }

  void refuse(const std::string& pointer, const std::string& value, std::string allowed, std::string message) {
    JsonWriter text;
    if (!value.empty()) text.value(std::string_view(value));
    errors_.push_back(
        {keyOfPointer(pointer), text.take(), std::move(allowed), document_.sourceOf(pointer), std::move(message)});
  }

  const YamlDocument& document_;
  TemplateFile template_;
  Errors errors_;
};

class Directory {
 public:
  void addFilesOf(const std::filesystem::path& directory, const std::string& tenant) {
    const auto paths = configFilesIn(directory);
    if (!paths) return refuse(directory, {paths.error()});
    for (const std::filesystem::path& path : *paths) {
      auto parsed = parseTemplateFile(path, tenant);
      if (parsed) add(std::move(*parsed));
      else refuse(path, parsed.error());
    }
  }

  void refuse(const std::filesystem::path& path, const Errors& errors) {
    files_.errors.insert(files_.errors.end(), errors.begin(), errors.end());
    files_.broken.push_back(path);
  }

  TemplateFiles take() { return std::move(files_); }

 private:
  void add(TemplateFile parsed) {
    if (seen_.emplace(parsed.tenant, parsed.key, parsed.language).second) {
      files_.templates.push_back(std::move(parsed));
      return;
    }
    refuse(parsed.path, {{"key", "\"" + parsed.key + "\"", "one file per key and language", parsed.path.string(),
                          "is described by another file already, in language " + parsed.language}});
  }

  TemplateFiles files_;
  std::set<std::tuple<std::string, std::string, std::string>> seen_;
};

}  // namespace

Result<TemplateFile, Errors> parseTemplateFile(const std::filesystem::path& path, const std::string& tenant) {
  const auto text = readConfigFile(path);
  if (!text) return failure(Errors{text.error()});
  const auto document = parseChecked(*text, path.string(), templateSchema());
  if (!document) return failure(document.error());
  return TemplateReader(*document, path, tenant).read();
}

TemplateFiles readTemplateFiles(const std::filesystem::path& directory) {
  Directory files;
  files.addFilesOf(directory, "default");  // reports a directory that cannot be listed
  if (const auto tenants = subdirectoriesOf(directory)) {
    for (const std::filesystem::path& tenant : *tenants) files.addFilesOf(tenant, tenant.filename().string());
  }
  return files.take();
}

}  // namespace belfry
