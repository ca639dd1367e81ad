#include "cli/problem_text.h"

#include "cli/text_table.h"

namespace belfry::cli {
namespace {

std::string textAt(const JsonValue& json, std::string_view name) {
  const auto* value = memberAt(json, name);
  return value != nullptr && value->IsString() ? printable(asView(*value)) : std::string();
}

std::string fieldText(const JsonValue& field) {
  const auto pointer = textAt(field, "pointer");
  std::string line = "\n  " + (pointer.empty() ? "the body" : pointer) + ": " + textAt(field, "message");
  std::string facts;
  if (const auto value = textAt(field, "value"); !value.empty()) facts += "value: " + value;
  if (const auto allowed = textAt(field, "allowed"); !allowed.empty()) {
    facts += (facts.empty() ? "" : "; ") + ("allowed: " + allowed);
  }
  return facts.empty() ? line : line + " (" + facts + ")";
}

std::string describeOther(const ApiReply& reply) {
  std::string line = "belfry: the host answered " + std::to_string(reply.status) + " without a problem document";
  if (!reply.location.empty())
    return line + ", pointing to " + printable(reply.location) + "; give that address as --server";
  return line + "; is this the address of a Belfry host?";
}

}  // namespace

std::string problemText(const ApiReply& reply) {
  const auto json = parseJson(reply.body);
  if (!json || !json->IsObject() || textAt(*json, "title").empty()) return describeOther(reply);
  std::string text = "belfry: " + textAt(*json, "title") + " (" + std::to_string(reply.status);
  if (const auto code = textAt(*json, "code"); !code.empty()) text += " " + code;
  text += ")";
  if (const auto detail = textAt(*json, "detail"); !detail.empty()) text += ": " + detail;
  if (reply.retry_after_s > 0) text += "; try again in " + std::to_string(reply.retry_after_s) + " s";
  if (const auto request = textAt(*json, "requestId"); !request.empty()) text += " [request " + request + "]";
  if (const auto* errors = memberAt(*json, "errors"); errors != nullptr && errors->IsArray()) {
    for (const auto& field : errors->GetArray()) text += fieldText(field);
  }
  return text;
}

}  // namespace belfry::cli
