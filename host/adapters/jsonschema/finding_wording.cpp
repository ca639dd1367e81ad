#include "adapters/jsonschema/finding_wording.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "adapters/jsonschema/allowed_text.h"
#include "adapters/jsonschema/nearest_word.h"

namespace belfry::schema {
namespace {

constexpr std::size_t kLongestValue = 200;

std::string shown(const JsonValue* value) {
  if (!value) return {};
  std::string text = toJsonText(*value);
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not in the middle of a character
  return text.substr(0, end) + "…";
}

std::string typeName(const JsonValue* value) {
  if (!value) return "nothing";
  if (value->IsNull()) return "null";
  if (value->IsBool()) return "true or false";
  if (value->IsString()) return "a string";
  if (value->IsArray()) return "a list";
  if (value->IsObject()) return "an object";
  if (!value->IsDouble()) return "a whole number";
  constexpr double kBeyondIntegers = 9.3e18;
  return std::abs(value->GetDouble()) > kBeyondIntegers ? "a number beyond 64 bits" : "a number with a fraction";
}

bool startsWith(const std::string& text, std::string_view start) { return std::string_view(text).starts_with(start); }

// What stands between the first pair of single quotes.
std::string quotedName(const std::string& description) {
  const auto from = description.find('\'');
  const auto to = description.rfind('\'');
  return from == to ? std::string() : description.substr(from + 1, to - from - 1);
}

// ---- which keyword failed -----------------------------------------------------------------------------------------

enum class Kind { about_inside, unknown_member, missing_member, branches, plain };

struct Wording {
  std::string_view start;  // of valijson 1.0's text
  Kind kind;
  FieldErrorCode code;
  std::string_view message;
};

using enum FieldErrorCode;

constexpr std::array kWordings{
    Wording{"Failed to validate against schema associated", Kind::about_inside, malformed, ""},
    Wording{"Failed to validate against additional properties", Kind::about_inside, malformed, ""},
    Wording{"Failed to validate against child schema", Kind::about_inside, malformed, ""},
    Wording{"Failed to validate item", Kind::about_inside, malformed, ""},
    Wording{"Failed to validate against any ", Kind::branches, malformed, "matches none of what is allowed"},
    Wording{"Failed to validate against exactly one", Kind::branches, malformed,
            "matches more than one of what is allowed"},
    Wording{"Object contains a property", Kind::unknown_member, unknown_field, ""},
    Wording{"Missing required property", Kind::missing_member, required, "is missing"},
    Wording{"Value type not permitted", Kind::plain, wrong_type, ""},
    Wording{"Failed to match against any enum", Kind::plain, not_allowed, "is not one of the values allowed"},
    Wording{"Failed to match expected value", Kind::plain, not_allowed, "is not the value wanted"},
    Wording{"Failed to match regex", Kind::plain, malformed, "does not have the form wanted"},
    Wording{"Expected number less", Kind::plain, out_of_range, "is too large"},
    Wording{"Expected number greater", Kind::plain, out_of_range, "is too small"},
    Wording{"String should be no more", Kind::plain, too_long, "is too long"},
    Wording{"String should be no fewer", Kind::plain, too_short, "is too short"},
    Wording{"Array should contain no more", Kind::plain, too_many, "has too many items"},
    Wording{"Array should contain no fewer", Kind::plain, too_few, "has too few items"},
    Wording{"Object should have no more", Kind::plain, too_many, "has too many keys"},
    Wording{"Object should have no fewer", Kind::plain, too_few, "has too few keys"},
    Wording{"Elements at indexes", Kind::plain, duplicate, "contains the same value twice"},
};

Wording wordingOf(const std::string& description) {
  for (const Wording& wording : kWordings) {
    if (startsWith(description, wording.start)) return wording;
  }
  return {"", Kind::plain, malformed, description};  // a keyword without a wording of ours keeps valijson's text
}

// ---- one finding → violations -------------------------------------------------------------------------------------

struct Place {
  const JsonValue& root;
  const JsonValue& document;
  const Path& path;

  const JsonValue* schema() const { return schemaAt(root, path); }
  const JsonValue* value() const { return valueAt(document, path); }
  std::string allowed() const { return schema() ? allowedBy(root, *schema()) : std::string(); }
};

Path below(const Path& path, const std::string& name) {
  Path longer = path;
  longer.push_back(name);
  return longer;
}

std::string unknownKeyMessage(const std::string& name, const std::vector<std::string>& known) {
  std::string message = "unknown key \"" + name + "\"";
  if (const auto meant = nearestWord(name, known)) message += "; did you mean \"" + *meant + "\"?";
  return message;
}

std::string listOf(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// valijson names only the first unknown member of an object; a person wants to see all of them.
std::vector<SchemaViolation> unknownMembers(const Place& place) {
  std::vector<SchemaViolation> violations;
  const JsonValue* schema = place.schema();
  const JsonValue* object = place.value();
  if (!schema || !object || !object->IsObject()) return violations;
  const auto known = propertyNames(place.root, *schema);
  for (const auto& member : object->GetObject()) {
    const std::string name(asView(member.name));
    if (childSchema(place.root, *schema, name)) continue;
    const std::string allowed = known.empty() ? "no keys at all" : listOf(known);
    violations.push_back({pointerOf(below(place.path, name)), shown(&member.value), allowed,
                          unknownKeyMessage(name, known), unknown_field});
  }
  return violations;
}

SchemaViolation missingMember(const Place& place, const Finding& finding) {
  const Path path = below(place.path, quotedName(finding.description));
  const Place member{place.root, place.document, path};
  return {pointerOf(path), "", member.allowed(), "is missing", required};
}

SchemaViolation plain(const Place& place, const Wording& wording) {
  std::string message(wording.message);
  if (wording.code == wrong_type) message = "is " + typeName(place.value());
  return {pointerOf(place.path), shown(place.value()), place.allowed(), std::move(message), wording.code};
}

std::vector<SchemaViolation> violationsOf(const Place& place, const Finding& finding) {
  const Wording wording = wordingOf(finding.description);
  if (wording.kind == Kind::about_inside) return {};
  if (wording.kind == Kind::missing_member) return {missingMember(place, finding)};
  if (wording.kind == Kind::unknown_member) {
    auto violations = unknownMembers(place);
    if (!violations.empty()) return violations;
  }
  return {plain(place, wording)};
}

void dropBranches(std::vector<SchemaViolation>& violations, const std::string& pointer) {
  std::erase_if(violations,
                [&](const SchemaViolation& v) { return v.pointer == pointer || v.pointer.starts_with(pointer + "/"); });
}

// One sentence per place: `allowed` says everything that is wanted there. A wrong type says more than what follows from
// it.
void add(std::vector<SchemaViolation>& violations, SchemaViolation violation) {
  const auto known = std::ranges::find(violations, violation.pointer, &SchemaViolation::pointer);
  if (known == violations.end()) violations.push_back(std::move(violation));
  else if (violation.code == wrong_type) *known = std::move(violation);
}

}  // namespace

std::vector<SchemaViolation> describe(const JsonValue& schema_root, const JsonValue& document,
                                      const std::vector<Finding>& findings) {
  std::vector<SchemaViolation> violations;
  for (const Finding& finding : findings) {
    if (wordingOf(finding.description).kind == Kind::branches) dropBranches(violations, pointerOf(finding.path));
    for (SchemaViolation& violation : violationsOf({schema_root, document, finding.path}, finding))
      add(violations, std::move(violation));
  }
  return violations;
}

}  // namespace belfry::schema
