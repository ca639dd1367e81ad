#include "app/template_files/template_file.h"
#include "cli/commands/template_body.h"
#include "cli/failures.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

TemplateFile readFile(const Invocation& invocation) {
  auto parsed = parseTemplateFile(invocation.required("file"));
  if (!parsed) throw CommandFailed("--file: is not a valid template file\n" + toText(parsed.error()));
  if (const auto key = invocation.find("template-key")) parsed->key = *key;
  return std::move(*parsed);
}

void writeContent(JsonWriter& json, const TemplateFile& file) {
  json.memberObject("content", [&] {
    for (const auto& [channel, fields] : file.content) {
      json.memberObject(toText(channel), [&, &texts = fields] {
        for (const auto& [name, text] : texts) json.member(name, text);
      });
    }
  });
}

void writeVersion(JsonWriter& json, const TemplateFile& file) {
  json.member("language", file.language);
  writeContent(json, file);
  json.memberObject("variables", [&] {
    json.memberArray("required", [&] {
      for (const auto& name : file.required) json.value(name);
    });
  });
}

}  // namespace

TemplateBody newTemplateBody(const Invocation& invocation) {
  const auto file = readFile(invocation);
  JsonWriter json;
  json.object([&] {
    json.member("key", file.key);
    json.member("engine", file.engine);
    json.member("description", file.name);
    writeVersion(json, file);
  });
  return {file.key, json.take()};
}

TemplateBody nextVersionBody(const Invocation& invocation) {
  const auto file = readFile(invocation);
  JsonWriter json;
  json.object([&] { writeVersion(json, file); });
  return {file.key, json.take()};
}

}  // namespace belfry::cli
