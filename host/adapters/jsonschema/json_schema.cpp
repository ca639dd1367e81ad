// The one translation unit that includes valijson: it alone takes a quarter of a minute to compile.
#include "adapters/jsonschema/json_schema.h"

#include <regex>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "adapters/jsonschema/finding_wording.h"
#include "kit/json.h"

namespace belfry {

struct JsonSchema::Compiled {
  JsonDocument source;  // kept for the wording of findings
  valijson::Schema rules;
};

JsonSchema::JsonSchema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

namespace {

// valijson compiles patterns only when it meets a value for them; a bad one must be refused before.
// Throws std::regex_error.
void compilePatterns(const JsonValue& schema) {
  if (schema.IsArray()) {
    for (const JsonValue& item : schema.GetArray()) compilePatterns(item);
  }
  if (!schema.IsObject()) return;
  for (const auto& member : schema.GetObject()) {
    if (asView(member.name) == "pattern" && member.value.IsString()) std::regex(member.value.GetString());
    if (asView(member.name) == "patternProperties" && member.value.IsObject()) {
      for (const auto& pattern : member.value.GetObject()) std::regex(pattern.name.GetString());
    }
    compilePatterns(member.value);
  }
}

// valijson writes "<root>" for the document and "[step]" for each member or item.
schema::Path pathOf(const std::vector<std::string>& context) {
  schema::Path path;
  for (const std::string& step : context) {
    if (step.size() >= 2 && step.front() == '[' && step.back() == ']') path.push_back(step.substr(1, step.size() - 2));
  }
  return path;
}

std::vector<schema::Finding> findingsOf(const valijson::ValidationResults& results) {
  std::vector<schema::Finding> findings;
  for (const auto& error : results) findings.push_back({pathOf(error.context), error.description});
  return findings;
}

SchemaViolation notJson(const JsonError& error) {
  return {"", "", "a JSON document", error.message + " at byte " + std::to_string(error.offset),
          FieldErrorCode::malformed};
}

}  // namespace

Result<JsonSchema, std::string> JsonSchema::compile(std::string_view schema_json) {
  auto parsed = parseJson(schema_json);
  if (!parsed)
    return failure("not JSON: " + parsed.error().message + " at byte " + std::to_string(parsed.error().offset));
  auto compiled = std::make_unique<Compiled>();
  compiled->source = std::move(*parsed);
  try {
    compilePatterns(compiled->source);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::RapidJsonAdapter(compiled->source), compiled->rules);
  } catch (const std::exception& bad_schema) {
    return failure(std::string(bad_schema.what()));
  }
  return JsonSchema(std::move(compiled));
}

std::vector<SchemaViolation> JsonSchema::check(std::string_view json) const {
  auto document = parseJson(json);
  if (!document) return {notJson(document.error())};
  // A validator caches compiled patterns, so each check has its own: that is what makes check() thread-safe.
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(compiled_->rules, valijson::adapters::RapidJsonAdapter(*document), &results)) return {};
  return schema::describe(compiled_->source, *document, findingsOf(results));
}

}  // namespace belfry
