#include "fuzz/answers.h"

#include "check/vector_json.h"
#include "fuzz/fuzz_input.h"

namespace belfry::fuzz {
namespace {

using rapidjson::Value;
using Allocator = rapidjson::Document::AllocatorType;

struct Parts {
  char fate = 'd';
  int code = 0;
  std::string_view headers, body;
};

Parts partsOf(std::string_view part) {
  Parts out;
  const auto list = split(part, kSubPart);
  auto head = list[0];
  if (!head.empty()) {
    out.fate = head.front();
    head.remove_prefix(1);
  }
  for (const char c : head)
    if (c >= '0' && c <= '9' && out.code < 100000) out.code = out.code * 10 + (c - '0');
  if (list.size() > 1) out.headers = list[1];
  if (list.size() > 2) out.body = list[2];
  return out;
}

Value httpReply(const Parts& parts, Allocator& json) {
  Value out(rapidjson::kObjectType);
  out.AddMember("status", parts.code, json);
  out.AddMember("headers", headersOf(parts.headers, json), json);
  out.AddMember("body", textValue(parts.body, json), json);
  return out;
}

Value smtpAnswer(const Parts& parts, Allocator& json) {
  Value out(rapidjson::kObjectType);
  out.AddMember("code", parts.code, json);
  out.AddMember("enhanced", textValue(parts.headers, json), json);
  out.AddMember("text", textValue(parts.body, json), json);
  return out;
}

Value smtpReply(const Parts& parts, const Value& emitted, Allocator& json) {
  static constexpr const char* kStages[] = {"none", "session", "mail", "rcpt", "data"};
  Value out(rapidjson::kObjectType);
  Value rcpts(rapidjson::kArrayType);
  if (const Value* list = check::findMember(emitted, "rcpts"))
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) rcpts.PushBack(smtpAnswer(parts, json), json);
  out.AddMember("stage", Value(rapidjson::StringRef(kStages[(parts.headers.size() + 4) % 5])), json);
  out.AddMember("last", smtpAnswer(parts, json), json);
  out.AddMember("rcpts", rcpts, json);
  return out;
}

Value verdict(const Parts& parts, Allocator& json) {
  Value out(rapidjson::kObjectType);
  out.AddMember("found", parts.code % 2 == 1, json);
  out.AddMember("good", parts.code % 4 == 3, json);
  return out;
}

Value credential(const Parts& parts, Allocator& json) {
  Value out(rapidjson::kObjectType);
  out.AddMember("found", parts.code % 2 == 1, json);
  for (const char* key : {"hash", "tenant", "subject", "roles", "scopes"})
    out.AddMember(Value(rapidjson::StringRef(key)), textValue(parts.body, json), json);
  out.AddMember("expires_at_ms", parts.code, json);
  return out;
}

}  // namespace

Value textValue(std::string_view text, Allocator& json) {
  return Value(text.empty() ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()), json);
}

Value headersOf(std::string_view lines, Allocator& json) {
  Value out(rapidjson::kObjectType);
  for (const auto line : split(lines, '\n')) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos || colon == 0) continue;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    out.AddMember(textValue(name, json), textValue(line.substr(colon + 2), json), json);
  }
  return out;
}

Answer::Answer(std::string_view part, const std::string& verb, const Value& emitted) {
  const auto parts = partsOf(part);
  json_.SetObject();
  auto& json = json_.GetAllocator();
  const bool whole = parts.fate != 'n' && parts.fate != 'm';
  if (verb == "http") json_.AddMember("http", whole ? httpReply(parts, json) : Value(rapidjson::kObjectType), json);
  else if (verb == "smtp") json_.AddMember("smtp", smtpReply(whole ? parts : Parts{}, emitted, json), json);
  else if (verb == "token") json_.AddMember("token", "t", json);
  else if (verb == "sleep") json_.AddMember("timer", true, json);
  else if (verb == "get") json_.AddMember("value", parts.code == 0 ? Value() : textValue(parts.body, json), json);
  else if (verb == "verify") json_.AddMember("verdict", verdict(parts, json), json);
  else json_.AddMember("credential", credential(parts, json), json);
  if (whole || verb == "sleep") return;
  maybe_sent_ = parts.fate == 'm';
  json_.AddMember("fate", Value(rapidjson::StringRef(maybe_sent_ ? "maybe_sent" : "not_sent")), json);
  json_.AddMember("error", textValue(parts.body.empty() ? std::string_view("timeout") : parts.body, json), json);
}

const Value& Answer::json(std::uint32_t tag) {
  json_.AddMember("tag", tag, json_.GetAllocator());
  return json_;
}

}  // namespace belfry::fuzz
