#include "api/rest/template_json.h"

#include <limits>

#include "api/rest/content_json.h"
#include "api/rest/dedup_json.h"
#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"
#include "api/rest/source_text.h"

namespace belfry {
namespace {

constexpr std::size_t kMostVariables = 200;

void readVersion(ObjectReader& reader, TemplateVersion& version) {
  version.language = reader.text("language", {.most = 35, .valid = isLanguage, .form = kLanguageForm});
  reader.require("content", "an object by channel");
  if (auto content = reader.object("content")) version.content = readContentByChannel(*content);
  auto variables = reader.object("variables");
  if (!variables) return;
  version.required = variables->texts("required", kMostVariables, {.valid = isVariable, .form = kVariableForm});
  variables->finish();
}

void writeVersion(JsonWriter& json, const TemplateVersion& version) {
  json.object([&] {
    json.member("version", version.version);
    json.member("language", version.language);
    json.member("state", toText(version.state));
    writeContent(json, "content", version.content);
    json.memberObject("variables", [&] {
      json.memberArray("required", [&] {
        for (const auto& name : version.required) json.value(name);
      });
    });
    json.member("createdAt", formatRfc3339(version.created_at));
    if (version.published_at) json.member("publishedAt", formatRfc3339(*version.published_at));
    else json.member("publishedAt", nullptr);
  });
}

}  // namespace

Result<Template, Problem> parseTemplate(std::string_view body) {
  return parseWith<Template>(body, [](ObjectReader& reader) {
    Template draft{};
    draft.key = reader.text("key", {.required = true, .most = 127, .valid = isTemplateKey, .form = kTemplateKeyForm});
    draft.engine = reader.text("engine", {.most = 63});
    if (draft.engine.empty()) draft.engine = "mustache";
    draft.description = reader.text("description", {.least = 0, .most = 1000});
    TemplateVersion version{};
    readVersion(reader, version);
    if (version.language.empty()) version.language = "en";
    draft.default_language = version.language;
    draft.versions.push_back(std::move(version));
    draft.dedup = readDedupPolicy(reader);
    return draft;
  });
}

Result<TemplateVersion, Problem> parseTemplateVersion(std::string_view body) {
  return parseWith<TemplateVersion>(body, [](ObjectReader& reader) {
    TemplateVersion version{};
    readVersion(reader, version);
    return version;
  });
}

Result<int, Problem> parsePublish(std::string_view body) {
  return parseWith<int>(body, [](ObjectReader& reader) {
    reader.require("version", "a version's number");
    return static_cast<int>(reader.integer("version", 1, std::numeric_limits<int>::max()).value_or(0));
  });
}

void writeTemplate(JsonWriter& json, const Template& found) {
  json.object([&] {
    json.member("id", found.id.toString());
    json.member("key", found.key);
    json.member("engine", found.engine);
    json.member("description", found.description);
    json.member("defaultLanguage", found.default_language);
    json.member("source", toText(found.source));
    json.member("createdAt", formatRfc3339(found.created_at));
    json.member("updatedAt", formatRfc3339(found.updated_at));
    json.member("publishedVersion", found.published_version);
    writeDedupPolicy(json, found.dedup);
    if (found.versions.empty()) return;
    json.memberArray("versions", [&] {
      for (const auto& version : found.versions) writeVersion(json, version);
    });
  });
}

std::string templateJson(const Template& found) {
  JsonWriter json;
  writeTemplate(json, found);
  return json.take();
}

}  // namespace belfry
