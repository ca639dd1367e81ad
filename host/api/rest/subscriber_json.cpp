#include "api/rest/subscriber_json.h"

#include <algorithm>

#include "api/rest/parse_with.h"
#include "api/rest/source_text.h"

namespace belfry {
namespace {

constexpr std::size_t kMostUserBytes = 200;  // what the plugin subscriber-token takes as `sub`

bool isOneLine(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

void writeMembers(JsonWriter& json, const SubscriberKey& key) {
  json.member("id", key.id.toString());
  json.member("source", toText(key.source));
  json.member("createdAt", formatRfc3339(key.created_at));
  if (key.retired_at) json.member("retiredAt", formatRfc3339(*key.retired_at));
  else json.member("retiredAt", nullptr);
}

}  // namespace

Result<TokenWish, Problem> parseTokenWish(std::string_view body) {
  return parseWith<TokenWish>(body, [](ObjectReader& reader) {
    TokenWish wish;
    wish.user_id = reader.text(
        "userId",
        {.required = true, .most = kMostUserBytes, .valid = isOneLine, .form = "a user id without control characters"});
    wish.user_type = reader.word<UserType>("userType", parseUserType, allowedUserType());
    const auto ttl = reader.duration("ttl");
    if (ttl) wish.ttl = *ttl;
    if (ttl && (*ttl < kShortestToken || *ttl > kLongestToken))
      reader.refuse("ttl", FieldErrorCode::out_of_range, "is out of range", "PT5M to PT24H");
    return wish;
  });
}

std::string tokenJson(const SubscriberToken& token) {
  JsonWriter json;
  json.object([&] {
    json.member("token", token.token);
    json.member("expiresAt", formatRfc3339(token.expires_at));
  });
  return json.take();
}

void writeSubscriberKey(JsonWriter& json, const SubscriberKey& key) {
  json.object([&] { writeMembers(json, key); });
}

std::string subscriberKeyJson(const SubscriberKey& key) {
  JsonWriter json;
  writeSubscriberKey(json, key);
  return json.take();
}

std::string issuedSubscriberKeyJson(const IssuedSubscriberKey& issued) {
  JsonWriter json;
  json.object([&] {
    writeMembers(json, issued.row);
    json.member("secret", issued.secret);
  });
  return json.take();
}

}  // namespace belfry
