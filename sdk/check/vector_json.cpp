#include "check/vector_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <stdexcept>

namespace belfry::check {

using rapidjson::Value;

void refuseMember(const std::string& key, const char* what) {
  throw std::invalid_argument("member " + key + ": " + what);
}

const Value* findMember(const Value& json, const char* key) {
  if (!json.IsObject()) return nullptr;
  const auto member = json.FindMember(key);
  return member == json.MemberEnd() ? nullptr : &member->value;
}

std::int64_t numberMember(const Value& json, const char* key, std::int64_t absent) {
  const Value* value = findMember(json, key);
  if (!value) return absent;
  if (!value->IsInt64()) refuseMember(key, "a whole number is needed");
  return value->GetInt64();
}

bool flagMember(const Value& json, const char* key) {
  const Value* value = findMember(json, key);
  if (value && !value->IsBool()) refuseMember(key, "true or false is needed");
  return value && value->GetBool();
}

void allowOnly(const Value& json, const char* what, std::initializer_list<std::string_view> keys) {
  if (!json.IsObject()) refuseMember(what, "an object is needed");
  for (const auto& member : json.GetObject())
    if (std::find(keys.begin(), keys.end(), textOf(member.name)) == keys.end())
      refuseMember(std::string(what) + "." + member.name.GetString(), "is not known");
}

std::string compactJson(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace belfry::check
