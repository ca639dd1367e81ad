#include "api/rest/key_json.h"

#include <algorithm>

#include "api/rest/parse_with.h"
#include "services/identity/api_key_text.h"

namespace belfry {
namespace {

template <class Word>
std::vector<Word> readWords(ObjectReader& reader, std::string_view name,
                            std::optional<Word> (*parse)(std::string_view) noexcept, std::string_view allowed) {
  std::vector<Word> words;
  const auto refused = [&](const JsonItem& item, FieldErrorCode code, std::string message) {
    reader.errors().push_back({item.pointer, code, std::move(message), shown(*item.value), std::string(allowed)});
  };
  const auto items = reader.items(name, 50);
  for (const auto& item : items) {
    if (!item.value->IsString()) {
      refused(item, FieldErrorCode::wrong_type, "is not a text");
    } else if (const auto word = parse(asView(*item.value)); !word) {
      refused(item, FieldErrorCode::not_allowed, "is not one of the values allowed");
    } else if (std::find(words.begin(), words.end(), *word) != words.end()) {
      refused(item, FieldErrorCode::duplicate, "is there twice");
    } else {
      words.push_back(*word);
    }
  }
  const auto* list = reader.find(name);
  if (list && list->IsArray() && list->Empty()) {
    reader.refuse(name, FieldErrorCode::too_few, "names none", "one or more of " + std::string(allowed));
  }
  return words;
}

void memberTime(JsonWriter& json, std::string_view name, const std::optional<TimePoint>& at) {
  if (at) json.member(name, formatRfc3339(*at));
  else json.member(name, nullptr);
}

void writeTexts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.memberArray(name, [&] {
    for (const auto& text : texts) json.value(text);
  });
}

void writeMembers(JsonWriter& json, const ApiKey& key) {
  json.member("id", key.id.toString());
  json.member("name", key.name);
  json.member("prefix", apiKeyPrefix(key.public_id));
  writeTexts(json, "roles", key.roles);
  writeTexts(json, "scopes", key.scopes);
  json.member("createdAt", formatRfc3339(key.created_at));
  memberTime(json, "expiresAt", key.expires_at);
  memberTime(json, "revokedAt", key.revoked_at);
  memberTime(json, "lastUsedAt", key.last_used_at);
}

}  // namespace

Result<KeyWish, Problem> parseKeyWish(std::string_view body) {
  return parseWith<KeyWish>(body, [](ObjectReader& reader) {
    KeyWish wish;
    wish.name = reader.text("name", {.required = true});
    reader.require("roles", allowedRole());
    wish.roles = readWords<Role>(reader, "roles", parseRole, allowedRole());
    wish.scopes = readWords<Scope>(reader, "scopes", parseScope, allowedScope());
    wish.expires_at = reader.time("expiresAt");
    return wish;
  });
}

void writeKey(JsonWriter& json, const ApiKey& key) {
  json.object([&] { writeMembers(json, key); });
}

std::string keyJson(const ApiKey& key) {
  JsonWriter json;
  writeKey(json, key);
  return json.take();
}

std::string issuedKeyJson(const IssuedKey& issued) {
  JsonWriter json;
  json.object([&] {
    writeMembers(json, issued.row);
    json.member("key", issued.key);
  });
  return json.take();
}

}  // namespace belfry
